/** The watchlist's page with few and with many symbols, as its server and its browser have it. */
import { openBrowser } from "../support/browser.ts";
import { startHost } from "../support/host.ts";
import { pageSizes, type Size } from "../support/page_speed.ts";
import type { Servers } from "./servers.ts";

export async function measurePage(
  { databaseUrl, redisUrl }: Servers,
  tell: (symbols: number, size: Size) => void,
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
      tell(symbols, await pageSizes({ browser, host, env }, symbols));
    }
  } finally {
    await browser.close();
    await host.stop();
  }
}
