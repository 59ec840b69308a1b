/** PostgreSQL behind PgBouncer in transaction mode, with fewer sessions than Signalbox has connections. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { connectBroker } from "../../broker/open.ts";
import type { Health } from "../../host/health.ts";
import { quotes } from "../kafka/quotes.ts";
import { eventually, startHost } from "../support/host.ts";
import { ctl } from "../support/ctl.ts";
import { newPath } from "../support/run_folder.ts";
import { testBouncer } from "./server.ts";
import { testDatabase, testRedis } from "../support/servers.ts";

const events = 2_000;

Deno.test("a host works through a pooler that hands each transaction to another session", async () => {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const pooler = await testBouncer(database.url, 3);
  const env = { DATABASE_URL: pooler.url, REDIS_URL: redis.url };
  const host = await startHost({ env });
  const broker = await connectBroker(redis.url);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const get = async (path: string) => {
    const signal = AbortSignal.timeout(30_000);
    const response = await fetch(host.url + path, { signal });
    await response.body?.cancel();
    return `${response.status} ${path}`;
  };
  try {
    await eventually(async () => (await get("/readyz")).startsWith("200"));
    const publishing = broker.publish("quotes", quotes(events));
    const paths = ["/", "/symbols/AAPL", "/actors", "/dead-letters"];
    const asked = Array.from({ length: 60 }, (_, i) => paths[i % 4]!);
    const answers = await Promise.all(asked.map(get));
    assert.deepEqual(answers, asked.map((path) => `200 ${path}`));
    await publishing;
    await eventually(async () => {
      const [row] = await sql`
        select count(*)::int from quotes where symbol ~ '^S[0-9]$'`;
      return row!.count === events;
    });
    const health: Health = await (await fetch(`${host.url}/readyz`)).json();
    assert.deepEqual([health.ready, health.reasons], [true, []]);
    const told = /alter role postgres set statement_timeout = 30000/;
    assert.match(host.log(), told);
    assert.doesNotMatch(host.log(), /prepared statement|startup parameter/);
    const letters = await sql`select count(*)::int from dead_letters`;
    assert.equal(letters[0]!.count, 0);

    // Copies go through it as well. What it keeps open of the host falls silent.
    await host.kill();
    const file = `${await newPath()}.gz`;
    const saved = await ctl(["backup", file], env);
    assert.equal(saved.code, 0, saved.err);
    await eventually(async () =>
      (await ctl(["restore", file, "--replace"], env)).code === 0
    );
    const [back] = await sql`
      select count(*)::int from quotes where symbol ~ '^S[0-9]$'`;
    assert.equal(back!.count, events);
  } finally {
    await host.kill();
    await broker.close();
    await sql.end();
    await pooler.stop();
    await redis.stop();
    await database.drop();
  }
});
