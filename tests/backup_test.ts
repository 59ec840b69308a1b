/** From a backup to a database that is as it was: rows, alerts and their state, and nothing fires twice. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import postgres from "postgres";
import { ctl } from "./support/ctl.ts";
import { eventually, startHost } from "./support/host.ts";
import { startMarketStub } from "./support/market_stub.ts";
import { newPath } from "./support/run_folder.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const start = Date.now() - 3_600_000;
const minute = (n: number) => new Date(start + n * 60_000).toISOString();

/** What a host does not write to by itself all the time. */
const settled = [
  ...["lists", "list_symbols", "dead_letters", "dead_letter_history"],
  ...["deployment", "markets", "recommendations", "news", "news_symbols"],
];

/** All rows, by table. */
async function rowsOf(url: string): Promise<Record<string, string[]>> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const tables = await sql<{ name: string }[]>`
      select relname as name from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
    const all: Record<string, string[]> = {};
    for (const { name } of tables.filter((one) => one.name !== "migrations")) {
      const rows = await sql<{ row: string }[]>`
        select each::text as row from ${sql(name)} as each order by 1`;
      all[name] = rows.map(({ row }) => row);
    }
    return all;
  } finally {
    await sql.end();
  }
}

Deno.test("what is backed up comes back, alerts keep their state, and what fired since fires no second time", async () => {
  const market = startMarketStub();
  const [database, server] = await Promise.all([testDatabase(), testRedis()]);
  const redis = new Redis(server.url);
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: server.url,
    MARKET: "finnhub",
    FINNHUB_API_KEY: "a-key",
    FINNHUB_BASE_URL: market.url,
    WATCHLIST: "AAPL",
    SCHEDULE_QUOTES: "0 0 1 */6 *",
    SCHEDULE_NEWS: "0 0 1 */6 *",
    SCHEDULE_RECOMMENDATIONS: "0 0 1 */6 *",
  };
  let host = await startHost({ env });
  const get = async (path: string) =>
    await (await fetch(host.url + path)).json();
  const quote = async (n: number, price: number) => {
    const at = minute(n);
    const rest = { change: null, percent_change: null, high: price };
    const data = { price, ...rest, low: price, open: price };
    await redis.xadd(
      ...["signalbox:stream:quotes", "*", "id", `IBM:${at}`] as const,
      ...["type", "signalbox.quotes", "subject", "IBM", "time", at] as const,
      ...["v", "1", "data"] as const,
      JSON.stringify({ ...data, previous_close: price }),
    );
    await eventually(async () => (await prices()).includes(price));
  };
  const prices = async (): Promise<number[]> =>
    (await get("/api/signals/quotes/history?symbol=IBM")).rows
      .map((row: { price: number }) => row.price);
  const firings = async () =>
    (await get("/api/alerts/firings")).firings
      .map(({ value }: { value: number }) => value);
  const file = `${await newPath()}.gz`;
  const done = async (...line: string[]) => {
    const { code, out, err } = await ctl(line, env);
    assert.equal(code, 0, err);
    return out;
  };
  try {
    for (const value of [200, 300]) {
      const rule = { symbol: "IBM", when: "price", crosses: "above", value };
      const made = await fetch(`${host.url}/api/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(rule),
      });
      assert.equal(made.status, 201, await made.text());
    }
    // What the first scans bring is no part of this.
    await eventually(async () =>
      (await get("/api/signals/recommendations/latest")).values.length &&
      (await get("/api/signals/news/latest")).values.length
    );
    // The last one is what a row of COPY ends with.
    await redis.xadd(
      ...["signalbox:stream:quotes", "*", "id", "x\n\\.\n\\N"] as const,
      ...["type", "signalbox.quotes", "data", "\\.\n"] as const,
    );
    await quote(1, 190);
    await quote(2, 199);
    assert.match(await done("backup", file), /rows of \d+ tables as of /);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    await assert.rejects(Deno.stat(`${file}.unfinished`));
    await quote(3, 210);
    await eventually(async () => (await firings())[0] === 210);
    const busy = await ctl(["restore", file, "--replace"], env);
    assert.match(busy.err, /is connected to this database .*: stop it/);
    await host.stop();
    const before = await rowsOf(database.url);

    const full = await ctl(["restore", file], env);
    assert.deepEqual([full.code, full.out], [1, ""]);
    assert.match(full.err, /not empty: .* or --replace to lose/);
    const said = await done("restore", file, "--replace");
    const [, from] = /ctl replay <signal> --from (\S+Z)$/m.exec(said)!;
    const after = await rowsOf(database.url);
    for (const table of settled) {
      assert.deepEqual(after[table], before[table], table);
    }
    const ibm = ({ quotes }: Record<string, string[]>) =>
      quotes!.filter((row) => row.startsWith("(IBM,"));
    assert.deepEqual([ibm(before).length, ibm(after).length], [3, 2]);
    assert.deepEqual([after.alerts!.length, after.alert_firings], [2, []]);

    host = await startHost({ env });
    await done("replay", "quotes", "--from", from!, "--url", host.url);
    await quote(4, 211);
    assert.deepEqual(await prices(), [190, 199, 210, 211]);
    await quote(5, 301);
    await eventually(async () => (await firings())[0] === 301);
    assert.deepEqual(await firings(), [301], "200 has been told");
    assert.equal((await get("/api/dead-letters")).dead_letters.length, 1);
    // The numbers go on.
    const { alerts } = await get("/api/alerts");
    assert.deepEqual(alerts.map(({ id }: { id: number }) => id), [1, 2]);
  } finally {
    await host.stop();
    redis.disconnect();
    await Promise.all([server.stop(), database.drop(), market.stop()]);
  }
});
