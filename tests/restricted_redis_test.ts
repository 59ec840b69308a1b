/** A Redis of which INFO, CONFIG and CLIENT were taken away, as hosted ones do. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { connectBroker } from "../broker/open.ts";
import type { Health } from "../host/health.ts";
import { quotes } from "./kafka/quotes.ts";
import { eventually, startHost } from "./support/host.ts";
import { ownRedis } from "./support/own_redis.ts";
import { testDatabase } from "./support/servers.ts";

Deno.test("a host works on a Redis without INFO, CONFIG and CLIENT, and says that it cannot tell the loss window", async () => {
  const renamed = ["INFO", "CONFIG", "CLIENT"]
    .map((name) => `rename-command ${name} ""`);
  const redis = await ownRedis((port) => [`port ${port}`, ...renamed]);
  const database = await testDatabase();
  const host = await startHost({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      SWEEP_EVERY_MS: "200",
    },
  });
  const broker = await connectBroker(redis.url);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    await broker.publish("quotes", quotes(500));
    await eventually(async () => {
      const [row] = await sql`
        select count(*)::int from quotes where symbol ~ '^S[0-9]$'`;
      return row!.count === 500;
    });
    const health: Health = await (await fetch(`${host.url}/readyz`)).json();
    assert.equal(health.ready, true);
    assert.match(health.durability!.warnings.join(), /CONFIG GET was refused/);
    // It goes at once, though its blocked read cannot be woken.
    assert.equal(await host.stop(), 0);
    assert.doesNotMatch(host.log(), / ERROR /);
  } finally {
    await host.kill();
    await broker.close();
    await sql.end();
    await redis.stop();
    await database.drop();
  }
});
