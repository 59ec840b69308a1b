/** The one rule: adding a signal adds one folder, and nothing else changes. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import postgres from "postgres";
import { writeActor } from "../ctl/new_actor.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { copyProject } from "./support/checkout.ts";
import { eventually, startHost } from "./support/host.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

Deno.test("a folder dropped into actors/ is scanned, stored, cached, served and shown", async () => {
  const [database, redis, root] = await Promise.all([
    testDatabase(),
    testRedis(),
    copyProject(),
  ]);
  await writeActor("day_range", pathToFileURL(`${root}actors/`));
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    WATCHLIST: "AAPL,KO",
  };
  const host = await startHost({ env, root });
  const sql = postgres(database.url, { max: 1 });
  const cache = connectRedis(redis.url);
  try {
    const get = async (path: string) => (await fetch(host.url + path)).json();
    const { values } = await eventually(async () => {
      const latest = await get("/api/signals/day_range/latest");
      return latest.values.length === 2 && latest;
    });
    assert.deepEqual(values.map(({ symbol }: { symbol: string }) => symbol), [
      "AAPL",
      "KO",
    ]);

    const rows = await sql`select symbol, value from day_range order by symbol`;
    assert.deepEqual(rows.map(({ symbol }) => symbol), ["AAPL", "KO"]);
    assert.equal(values[0].value, rows[0]!.value);
    const cached = JSON.parse(
      (await cache.hget("signalbox:latest:day_range", "AAPL"))!,
    );
    assert.equal(cached.value, rows[0]!.value);
    assert.equal(await cache.xlen("signalbox:stream:day_range"), 2);

    const { signals } = await get("/api/signals");
    assert.ok(
      signals.some(({ name }: { name: string }) => name === "day_range"),
    );
    // What the isolates tell of themselves comes a moment after what they have done.
    await eventually(async () => {
      const metrics = await (await fetch(`${host.url}/metrics`)).text();
      return /signalbox_actor_up\{actor="day_range"\} 1/.test(metrics);
    });
    const page = await (await fetch(host.url)).text();
    assert.match(page, /Day range/, host.log());
    assert.ok(
      page.includes(`${rows[0]!.value.toFixed(2)} %`),
      "the cell shows the value",
    );
    assert.match(
      await (await fetch(`${host.url}/symbols/AAPL`)).text(),
      /Day range of AAPL/,
    );
    assert.equal(await host.stop(), 0);
  } finally {
    await host.kill();
    await disconnectRedis(cache);
    await sql.end();
    await redis.stop();
    await database.drop();
  }
});

Deno.test("a broken folder takes nothing down: it is told, and the others run", async () => {
  const [database, redis, root] = await Promise.all([
    testDatabase(),
    testRedis(),
    copyProject(),
  ]);
  await Deno.mkdir(`${root}actors/broken`);
  await Deno.writeTextFile(
    `${root}actors/broken/mod.ts`,
    "throw new Error('no such luck');\n",
  );
  const host = await startHost({
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url },
    root,
  });
  try {
    const { actors, broken } = await (await fetch(`${host.url}/api/actors`))
      .json();
    assert.equal(actors.length, 4);
    assert.deepEqual(broken.map(({ name }: { name: string }) => name), [
      "broken",
    ]);
    assert.match(broken[0].error, /no such luck/);
  } finally {
    await host.kill();
    await redis.stop();
    await database.drop();
  }
});
