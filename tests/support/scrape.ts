/** What a host that has just started answers Prometheus. */
import { eventually, startHost } from "./host.ts";
import { testDatabase, testRedis } from "./servers.ts";

export async function scrapeFreshHost(): Promise<string> {
  const database = await testDatabase();
  const redis = await testRedis();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MARKET: "demo",
    WATCHLIST: "AAPL",
  };
  const host = await startHost({ env });
  try {
    return await eventually(async () => {
      const text = await (await fetch(`${host.url}/metrics`)).text();
      const told = text.includes('signalbox_isolate_running{actor="quotes"');
      return told ? text : null;
    });
  } finally {
    await host.kill();
    await redis.stop();
    await database.drop();
  }
}
