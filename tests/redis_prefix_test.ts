/** Two deployments on one Redis, each with a prefix of its own: neither gets what is the other's. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import postgres from "postgres";
import { connectBroker } from "../broker/open.ts";
import { redisNames } from "../db/redis_names.ts";
import { quotes } from "./kafka/quotes.ts";
import { eventually, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const count = 2_000;
const quotedSymbols = Array.from({ length: 10 }, (_, n) => `S${n}`);

async function deployment(
  redisUrl: string,
  redisPrefix: string,
  watched: string,
) {
  const database = await testDatabase();
  const host = await startHost({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      REDIS_PREFIX: redisPrefix,
      WATCHLIST: watched,
    },
  });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const broker = await connectBroker(redisUrl, { redisPrefix });
  return {
    names: redisNames(redisPrefix),
    publish: () => broker.publish("quotes", quotes(count)),
    async stored() {
      const rows = await sql<{ symbol: string; count: number }[]>`
        select symbol, count(*)::int from quotes group by 1 order by 1`;
      return Object.fromEntries(rows.map((row) => [row.symbol, row.count]));
    },
    async end() {
      await host.kill();
      await broker.close();
      await sql.end();
      await database.drop();
    },
  };
}

Deno.test("two deployments with different prefixes share a Redis, and each keeps all of its events", async () => {
  const server = await testRedis();
  const redis = new Redis(server.url);
  const both = await Promise.all(
    [["live", "AAPL"], ["staging", "MSFT"]]
      .map(([prefix, symbol]) => deployment(server.url, prefix!, symbol!)),
  );
  try {
    await Promise.all(both.map(({ publish }) => publish()));
    for (const [i, { stored, names }] of both.entries()) {
      const [own, others] = [["AAPL", "MSFT"][i]!, ["MSFT", "AAPL"][i]!];
      const rows = await eventually(async () => {
        const rows = await stored();
        const all = quotedSymbols.map((symbol) => rows[symbol] ?? 0);
        const sum = all.reduce((sum, one) => sum + one);
        if (sum === count && rows[own]) return rows;
        throw new Error(JSON.stringify(rows));
      });
      assert.equal(rows[others], undefined);
      // The latest values follow the rows.
      const latest = await eventually(async () => {
        const symbols = await redis.hkeys(names.latest("quotes"));
        return symbols.includes(own) ? symbols : null;
      });
      assert.ok(!latest.includes(others), `${latest}`);
    }
    const keys = await redis.keys("*");
    assert.deepEqual(
      keys.filter((key) => !/^(live|staging):/.test(key)),
      [],
    );
  } finally {
    await Promise.all(both.map(({ end }) => end()));
    redis.disconnect();
    await server.stop();
  }
});
