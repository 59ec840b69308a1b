import assert from "node:assert/strict";
import { migratedDatabase } from "../../tests/support/database.ts";
import type { Market } from "../../market/market.ts";
import type {
  HandleContext,
  LatestValue,
  ProduceContext,
} from "../../engine/actor.ts";
import quotes from "./mod.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;
const data = {
  price: 92.1234,
  change: -0.1,
  percent_change: 0.1 + 0.2,
  high: 93,
  low: 1e-7,
  open: 92.5,
  previous_close: 123456789.12345678,
};

function event(minute: number, changes: Partial<typeof data> = {}, key = "A") {
  const at = `2026-01-31T14:${String(minute).padStart(2, "0")}:00.000Z`;
  return { id: `${key}:${at}`, key, at, data: { ...data, ...changes } };
}

function context(sql: HandleContext["sql"]) {
  const cached: LatestValue[] = [];
  const latest = {
    set(values: readonly LatestValue[]) {
      cached.push(...values);
      return Promise.resolve();
    },
  };
  return { context: { sql, latest, signal, log }, cached };
}

Deno.test("what is read is what came, to the last bit", async () => {
  await using database = await migratedDatabase("quotes");
  const { context: ctx, cached } = context(database.sql);
  const nulls = { ...event(1), data: { ...data, change: null } };
  await quotes.handle([nulls, event(2)], ctx);
  const rows = await quotes.history(database.sql, { symbol: "A", limit: 10 });
  const expected = [nulls, event(2)].map(({ key, at, data }) => (
    { symbol: key, at, ...data }
  ));
  assert.deepEqual(rows.map((row) => ({ ...row })), expected);
  assert.deepEqual(cached, [expected[1]]);
});

Deno.test("a batch that comes twice, or in another order, makes the same rows", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const { context: ctx } = context(sql);
  const batch = [event(3), event(1), event(2), event(1, { price: 1 })];
  await quotes.handle(batch, ctx);
  const before = await sql`select * from quotes order by at`;
  await quotes.handle(batch.toReversed(), ctx);
  const after = await sql`select * from quotes order by at`;
  assert.deepEqual([...after], [...before]);
  assert.equal(after[0]?.price, data.price, "the first of a key is kept");
});

Deno.test("the cache gets the newest of each symbol, as PostgreSQL keeps it", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const { context: ctx, cached } = context(sql);
  const batch = [event(2), event(5), event(5, { price: 7 }), event(3)];
  await quotes.handle([...batch, event(1, {}, "B")], ctx);
  const latest = await quotes.latest(sql);
  assert.deepEqual(latest.map((row) => ({ ...row })), cached);
  assert.deepEqual(latest.map(({ symbol, at }) => [symbol, at]), [
    ["A", event(5).at],
    ["B", event(1).at],
  ]);
});

Deno.test("a window has both its ends, and its newest rows, oldest first", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const { context: ctx } = context(sql);
  await quotes.handle([1, 2, 3, 4, 5].map((n) => event(n)), ctx);
  const minutes = async (from?: number, to?: number, limit = 9) =>
    (await quotes.history(sql, {
      symbol: "A",
      limit,
      ...(from && { from: event(from).at }),
      ...(to && { to: event(to).at }),
    })).map((row) => Number(row.at.slice(14, 16))).join();
  assert.equal(await minutes(), "1,2,3,4,5");
  assert.equal(await minutes(2, 4), "2,3,4");
  assert.equal(await minutes(2, 4, 2), "3,4");
  assert.equal(await minutes(5, 1), "");
  assert.deepEqual(await quotes.latest(sql).then((rows) => rows.length), 1);
});

Deno.test("hostile symbols are only text", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const { context: ctx } = context(sql);
  const hostile = ['{"}', "a,b", "null", "NULL", "\\", "'; drop table quotes"];
  await quotes.handle(hostile.map((key) => event(1, {}, key)), ctx);
  const latest = await quotes.latest(sql);
  assert.deepEqual(
    new Set(latest.map((row) => row.symbol)),
    new Set(hostile),
  );
});

Deno.test("an empty history has no latest", async () => {
  await using database = await migratedDatabase("quotes");
  assert.deepEqual([...await quotes.latest(database.sql)], []);
});

Deno.test("the schema refuses what is no price", () => {
  assert.ok(quotes.schema.safeParse({ ...data, change: null }).success);
  for (
    const wrong of [
      { price: 0 },
      { price: -1 },
      { price: Infinity },
      { high: NaN },
      { low: null },
      { open: "1" },
    ]
  ) {
    const result = quotes.schema.safeParse({ ...data, ...wrong });
    assert.equal(result.success, false, JSON.stringify(wrong));
  }
});

Deno.test("a scan asks for what came after the newest known quote, and yields only that", async () => {
  const asked: (string | undefined)[] = [];
  const known = event(2);
  const market = {
    quotes(symbol: string, options: { since?: string }) {
      asked.push(options.since);
      return Promise.resolve([1, 2, 3].map((n) => (
        { symbol, at: event(n).at, ...data }
      )));
    },
  };
  const ctx: ProduceContext = {
    symbols: ["A", "B"],
    market: market as Partial<Market> as Market,
    latest: (symbol) =>
      Promise.resolve(
        symbol === "A" ? { symbol, at: known.at, ...data } : undefined,
      ),
    now: new Date(),
    signal,
    log,
  };
  const drafts = await Array.fromAsync(quotes.produce(ctx));
  assert.deepEqual(asked, [known.at, undefined]);
  assert.deepEqual(drafts, [
    event(3),
    event(1, {}, "B"),
    event(2, {}, "B"),
    event(3, {}, "B"),
  ]);
});
