/** What the tab of an open watchlist holds, minute by minute, while 500 symbols are scanned. */
import type { CDPSession, Page } from "playwright-core";
import { sleep } from "../../wait.ts";
import { openBrowser } from "../support/browser.ts";
import { startHost } from "../support/host.ts";
import { fill } from "./fill.ts";
import type { Servers } from "./servers.ts";

export interface Heap {
  readonly minute: number;
  /** Of the page's JavaScript, after collecting what is not used, in kB. */
  readonly heapKb: number;
  /** Of the document and of what is kept beside it. */
  readonly nodes: number;
  readonly listeners: number;
  /** Cells that have changed since it began. */
  readonly changes: number;
}

const symbols = 500;

/** Tells the first figure when the first scan has been seen, then one each minute. */
export async function measureHeap(
  { databaseUrl, redisUrl }: Servers,
  minutes: number,
  tell: (heap: Heap) => void,
): Promise<void> {
  const host = await startHost({
    env: {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      LOG_LEVEL: "info",
      MARKET: "demo",
      MARKET_HOURS: "always",
      SCHEDULE_QUOTES: "* * * * *",
    },
  });
  const browser = await openBrowser();
  try {
    await fill({ databaseUrl, redisUrl }, { symbols, rows: 10 * symbols });
    await sleep(10_000);
    const page = await browser.newPage();
    await page.goto(host.url);
    await countChanges(page);
    const session = await page.context().newCDPSession(page);
    for (let minute = 0; minute <= minutes; minute++) {
      await sleep(60_000);
      tell({ minute, ...await heapOf(page, session) });
    }
  } finally {
    await browser.close();
    await host.stop();
  }
}

async function countChanges(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(globalThis, { changes: 0 });
    const counted = globalThis as unknown as { changes: number };
    new MutationObserver((changes) => counted.changes += changes.length)
      .observe(document.querySelector("#watch tbody")!, {
        childList: true,
        characterData: true,
        subtree: true,
      });
  });
}

async function heapOf(page: Page, session: CDPSession) {
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.disable");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const figure = (name: string) =>
    metrics.find((one) => one.name === name)?.value ?? NaN;
  return {
    heapKb: figure("JSHeapUsedSize") / 1_000,
    nodes: figure("Nodes"),
    listeners: figure("JSEventListeners"),
    changes: await page.evaluate(() =>
      (globalThis as unknown as { changes: number }).changes
    ),
  };
}
