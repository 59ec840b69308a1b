/** How fast a page is, as its server and its browser have it. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { createLatestCache } from "../../db/latest.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { sleep } from "../../wait.ts";
import { fill, quote, symbolOf } from "../bench/fill.ts";
import { visit } from "./browser.ts";
import { eventually, type Host } from "./host.ts";

export interface Size {
  readonly bytes: number;
  /** In ms. */
  readonly served: number;
  readonly nodes: number;
  readonly paint: number;
  readonly load: number;
  /** While all values change in one second. */
  readonly change: number;
  /** Nodes of the table that were added or changed for each of these values. */
  readonly mutations: number;
}

export const told = (size: Size) =>
  `${Math.round(size.bytes / 1_000)} kB in ${size.served.toFixed(0)} ms, ` +
  `${size.nodes} elements, first paint ${size.paint.toFixed(0)} ms, longest ` +
  `task ${size.load.toFixed(0)} ms at load, ${size.change.toFixed(0)} ms at ` +
  `changes, ${size.mutations.toFixed(1)} mutations for a value`;

export interface World {
  readonly browser: Browser;
  readonly host: Host;
  readonly env: Readonly<Record<"DATABASE_URL" | "REDIS_URL", string>>;
}

/** Fills the watchlist up to so many symbols, loads it, and changes all of them. Fails if the page complains. */
export async function pageSizes(
  { browser, host: { url }, env }: World,
  symbols: number,
): Promise<Size> {
  await grow(url, env, symbols);
  const { page, complaints } = await visit(browser, "about:blank");
  await watchTasks(page);
  const bytes = (await (await fetch(url)).bytes()).length;
  const served = await serverMs(url);
  await page.goto(url);
  await page.locator("#watch button.sort").first().waitFor();
  await page.waitForTimeout(1_500);
  const load = await longestTask(page);
  const seen = await page.evaluate(() => ({
    nodes: document.querySelectorAll("*").length,
    paint: performance.getEntriesByName("first-contentful-paint")[0]!
      .startTime,
  }));
  await countMutations(page);
  await change(env, symbols);
  await page.locator("tr:not(.brief)").getByText("1,234.50").first().waitFor();
  await page.waitForTimeout(500);
  const mutations =
    await page.evaluate(() =>
      (globalThis as unknown as { mutations: number }).mutations
    ) / symbols;
  const changes = await longestTask(page);
  assert.deepEqual(complaints, []);
  await page.context().close();
  return { bytes, served, ...seen, load, change: changes, mutations };
}

async function grow(url: string, env: World["env"], symbols: number) {
  const servers = { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL };
  await fill(servers, { symbols, rows: symbols * 60 });
  await eventually(async () => {
    const answer = await fetch(`${url}/api/signals/quotes/latest`);
    return (await answer.json()).values.length >= symbols;
  });
}

/** Sets a new price of each symbol, in ten parts within a second unless told. */
export async function change(
  env: World["env"],
  symbols: number,
  { price = 1234.5, parts = 10 } = {},
): Promise<void> {
  const client = connectRedis(env.REDIS_URL);
  const at = Date.now();
  const values = Array.from({ length: symbols }, (_, n) => {
    const { data, key } = quote(symbolOf(n), at);
    const moved = { ...JSON.parse(data), price };
    return { symbol: key, at: new Date(at).toISOString(), ...moved };
  });
  for (let n = 0; n < symbols; n += symbols / parts) {
    const part = values.slice(n, n + symbols / parts);
    await createLatestCache(client).set("quotes", part);
    await sleep(1_000 / parts);
  }
  await disconnectRedis(client);
}

/** The quickest of some: what the server takes when nobody else wants the processor. */
async function serverMs(url: string): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 8; i++) {
    const began = performance.now();
    await (await fetch(url)).bytes();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

async function countMutations(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(globalThis, { mutations: 0 });
    const counted = globalThis as unknown as { mutations: number };
    new MutationObserver((changes) => {
      for (const { type, addedNodes } of changes) {
        counted.mutations += type === "childList" ? addedNodes.length : 1;
      }
    }).observe(document.querySelector("#watch tbody")!, {
      childList: true,
      characterData: true,
      attributes: true,
      subtree: true,
    });
  });
}

async function watchTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
  });
}

/** Of those since it was asked last; 0 if none took 50 ms. */
async function longestTask(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const { tasks } = globalThis as unknown as { tasks: number[] };
    return Math.max(0, ...tasks.splice(0));
  });
}
