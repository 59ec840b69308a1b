/** A step of the browser test: a long watchlist is scrolled through while all of its values change. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { visit } from "./browser.ts";
import { change, type World } from "./page_speed.ts";

export interface Frames {
  readonly count: number;
  /** Milliseconds from one frame to the next. */
  readonly longest: number;
  /** How many of them took more than 50 ms. */
  readonly late: number;
  /** The longest run of a script in a frame of 50 ms and more; 0 if no script took 5 ms of one. */
  readonly script: number;
  /** The most rows that got values in one go. */
  readonly rows: number;
}

export const toldFrames = ({ count, longest, late, script, rows }: Frames) =>
  `${count} frames, the longest ${
    longest.toFixed(0)
  } ms, ${late} above 50 ms ` +
  `(the goal is none), longest script in them ${script.toFixed(0)} ms, at ` +
  `most ${rows} rows with new values in one go`;

interface Given {
  readonly price: number;
  /** In how many parts the values come within a second. */
  readonly parts: number;
  /** How many times slower the tab is than the machine. */
  readonly slower: number;
}

export async function frameSteps(
  t: Deno.TestContext,
  world: World,
  symbols: number,
): Promise<void> {
  for (
    const given of [
      { price: 1111.25, parts: 10, slower: 1 },
      // A phone; and as they come when a connection is back.
      { price: 2222.25, parts: 1, slower: 4 },
    ]
  ) {
    const { parts, slower } = given;
    await t.step(
      `is scrolled through while ${symbols} values change in ${parts} parts, ${slower} times slower`,
      async () => {
        const frames = await scrollFrames(world, symbols, given);
        console.log(toldFrames(frames));
        // The machine has other things to do, and draws without a graphics card: what a script takes is ours.
        assert.ok(frames.script < 150, `a script took ${frames.script} ms`);
        assert.ok(frames.rows < 0.8 * symbols, `${frames.rows} rows at once`);
      },
    );
  }
}

/** Fails if the page complains, or if a row does not get its new value. */
export async function scrollFrames(
  { browser, host: { url }, env }: World,
  symbols: number,
  { price, parts, slower }: Given,
): Promise<Frames> {
  const { page, complaints } = await visit(browser, url);
  await page.locator("#watch button.sort").first().waitFor();
  // It asks once more for what was missed until it was connected.
  await page.waitForTimeout(1_500);
  const client = await page.context().newCDPSession(page);
  await client.send("Emulation.setCPUThrottlingRate", { rate: slower });
  const [frames] = await Promise.all([
    scrollThrough(page),
    change(env, symbols, { price, parts }),
  ]);
  const text = price.toLocaleString("en-US");
  await page.waitForFunction(
    ([text, symbols]) =>
      [...document.querySelectorAll("tbody tr")]
        .filter((row) => row.textContent!.includes(text)).length >= symbols,
    [text, symbols] as const,
  );
  assert.deepEqual(complaints, []);
  await page.context().close();
  return frames;
}

/** From the top to the end, a few rows with each frame. */
async function scrollThrough(page: Page): Promise<Frames> {
  return await page.evaluate(async () => {
    interface Script {
      readonly sourceURL: string;
      readonly duration: number;
    }
    let script = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { scripts } = entry as unknown as { scripts: readonly Script[] };
        for (const { sourceURL, duration } of scripts) {
          // This one scrolls, for which the browser lays out what others have changed.
          const ours = sourceURL.startsWith(location.origin);
          if (ours) script = Math.max(script, duration);
        }
      }
    });
    observer.observe({ type: "long-animation-frame" });
    let rows = 0;
    // It is told once for each go of a script.
    const mutations = new MutationObserver((changes) => {
      const changed = changes.map(({ target }) => target as Element)
        .filter((cell) => cell.matches("td:not(.state)"))
        .map((cell) => cell.parentElement);
      rows = Math.max(rows, new Set(changed).size);
    });
    mutations.observe(document.querySelector("#watch tbody")!, {
      childList: true,
      subtree: true,
    });
    const nextFrame = () =>
      new Promise<number>((resolve, reject) => {
        requestAnimationFrame(resolve);
        setTimeout(reject, 20_000, new Error("no frame for 20 s"));
      });
    const gaps: number[] = [];
    let last = await nextFrame();
    // The end is where it goes no further: what stands above the rows may go meanwhile, and the page gets shorter.
    for (let from = -1; from !== scrollY;) {
      from = scrollY;
      scrollBy({ top: 160, behavior: "instant" });
      const at = await nextFrame();
      gaps.push(at - last);
      last = at;
    }
    // What was seen last is told with the next task.
    await new Promise((resolve) => setTimeout(resolve, 500));
    observer.disconnect();
    mutations.disconnect();
    const longest = Math.max(0, ...gaps);
    const late = gaps.filter((gap) => gap > 50).length;
    return { count: gaps.length, longest, late, script, rows };
  });
}
