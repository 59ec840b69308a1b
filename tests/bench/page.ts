/** The watchlist's page with few and with many symbols, as its server and its browser have it. */
import { openBrowser } from "../support/browser.ts";
import { scrollFrames, toldFrames } from "../support/browser_frames.ts";
import { startHost } from "../support/host.ts";
import { pageSizes, told } from "../support/page_speed.ts";
import { usage } from "./readers.ts";
import type { Servers } from "./servers.ts";

const views = 120;

export async function measurePage(
  { databaseUrl, redisUrl }: Servers,
  tell: (line: string) => void,
): Promise<void> {
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    LOG_LEVEL: "info",
    // Nothing scans while it is measured.
    SCHEDULE_QUOTES: "0 0 1 JAN *",
  };
  const host = await startHost({ env });
  const browser = await openBrowser();
  try {
    for (const symbols of [5, 100, 500]) {
      const world = { browser, host, env };
      const size = told(await pageSizes(world, symbols));
      const change = { price: 1111.25, parts: 10, slower: 1 };
      const frames = toldFrames(await scrollFrames(world, symbols, change));
      tell(`${symbols} symbols: ${size}; scrolled through: ${frames}`);
    }
    for (let view = 0; view < views; view++) {
      await (await fetch(host.url)).bytes();
    }
    const mb = (await usage(host.pid)).kb / 1_024;
    tell(`resident after ${views} more views: ${mb.toFixed(0)} MB`);
  } finally {
    await browser.close();
    await host.stop();
  }
}
