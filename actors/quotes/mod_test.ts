import assert from "node:assert/strict";
import { migratedDatabase } from "../../tests/support/database.ts";
import type { Market } from "../../market/market.ts";
import type {
  HandleContext,
  ProduceContext,
  Value,
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
type Data = typeof data & { told_at?: string };

function event(
  minute: number,
  changes: Partial<Data> = {},
  symbol = "A",
) {
  const at = `2026-01-31T14:${String(minute).padStart(2, "0")}:00.000Z`;
  return { id: `${symbol}:${at}`, symbol, at, data: { ...data, ...changes } };
}

const context = (sql: HandleContext["sql"]) => ({ sql, signal, log });

/** What `produce` yields says nothing of the symbol: that is what it was asked for. */
function withoutSymbol<Event extends { symbol: string }>(event: Event) {
  const { symbol: _, ...rest } = event;
  return rest;
}

Deno.test("what is read is what came, to the last bit", async () => {
  await using database = await migratedDatabase("quotes");
  const ctx = context(database.sql);
  const nulls = { ...event(1), data: { ...data, change: null } };
  await quotes.handle([nulls, event(2)], ctx);
  const rows = await quotes.history(database.sql, { symbol: "A", limit: 10 });
  const expected = [nulls, event(2)].map(({ symbol, at, data }) => (
    { symbol, at, ...data }
  ));
  assert.deepEqual(rows.map((row) => ({ ...row })), expected);
});

Deno.test("a batch that comes twice, or in another order, makes the same rows", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const ctx = context(sql);
  const batch = [event(3), event(1), event(2), event(1, { price: 1 })];
  await quotes.handle(batch, ctx);
  const before = await sql`select * from quotes order by at`;
  await quotes.handle(batch.toReversed(), ctx);
  const after = await sql`select * from quotes order by at`;
  assert.deepEqual([...after], [...before]);
  assert.equal(after[0]?.price, data.price, "the first of a key is kept");
});

Deno.test("of many at once those are stored that are not there, whatever is", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const ctx = context(sql);
  const many = (from: number, to: number, changes = {}) =>
    Array.from(
      { length: to - from },
      (_, n) => event((from + n) % 60, changes, `S${(from + n) / 60 | 0}`),
    );
  const stored = async () => {
    const [row] = await sql`
      select count(*)::int, sum(price)::float8 as prices from quotes`;
    return [row!.count, Math.round(row!.prices)];
  };
  await quotes.handle(many(0, 600, { price: 1 }), ctx);
  assert.deepEqual(await stored(), [600, 600]);
  await quotes.handle(many(300, 900, { price: 2 }), ctx);
  assert.deepEqual(await stored(), [900, 1200], "half of them are known");
  await quotes.handle(many(0, 900, { price: 3 }), ctx);
  assert.deepEqual(await stored(), [900, 1200], "all of them are");
  const [corrected, ...others] = many(0, 300, { price: 4 });
  const told_at = "2026-02-01T00:00:00.000Z";
  const telling = { ...corrected!, data: { ...corrected!.data, told_at } };
  await quotes.handle([telling, ...others], ctx);
  assert.deepEqual(await stored(), [900, 1203], "one of them is corrected");
  for (let n = 0; n < 40; n++) {
    const batch = many(1_000 + n * 300, 1_300 + n * 300, { price: 0.1 });
    await quotes.handle(batch, ctx);
  }
  assert.deepEqual(await stored(), [12_900, 2_403]);
});

Deno.test("the newest row of a symbol is the newest of what came, and of two the first", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const ctx = context(sql);
  const batch = [event(2), event(5), event(5, { price: 7 }), event(3)];
  await quotes.handle([...batch, event(1, {}, "B")], ctx);
  const newest = async (symbol: string) =>
    (await quotes.history(sql, { symbol, limit: 1 })).map((row) => ({
      ...row,
    }));
  const { at, data } = event(5);
  assert.deepEqual(await newest("A"), [{ symbol: "A", at, ...data }]);
  assert.deepEqual((await newest("B")).map((row) => row.at), [event(1).at]);
});

Deno.test("a window has both its ends, and its newest rows, oldest first", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const ctx = context(sql);
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
});

Deno.test("hostile symbols are only text", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const ctx = context(sql);
  const hostile = ['{"}', "a,b", "null", "NULL", "\\", "'; drop table quotes"];
  await quotes.handle(hostile.map((symbol) => event(1, {}, symbol)), ctx);
  for (const symbol of hostile) {
    const rows = await quotes.history(sql, { symbol, limit: 9 });
    assert.deepEqual(rows.map((row) => row.symbol), [symbol]);
  }
});

Deno.test("an empty history has no rows", async () => {
  await using database = await migratedDatabase("quotes");
  const query = { symbol: "A", limit: 1 };
  assert.deepEqual([...await quotes.history(database.sql, query)], []);
});

Deno.test("the schema refuses what is no price", () => {
  for (const odd of [{ change: null }, { low: null }, { price: -37.63 }]) {
    assert.ok(quotes.schema.safeParse({ ...data, ...odd }).success);
  }
  for (
    const wrong of [
      { price: 0 },
      { price: Infinity },
      { high: NaN },
      { low: "1" },
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
  const scan = (symbol: string, latest: Value | undefined) => {
    const ctx: ProduceContext = {
      market: market as Partial<Market> as Market,
      latest: () => Promise.resolve(latest),
      now: new Date(),
      signal,
      log,
    };
    return Array.fromAsync(quotes.produce(symbol, ctx));
  };
  const { symbol, at } = known;
  assert.deepEqual(
    await scan("A", { symbol, at, ...data }),
    [event(3)].map(withoutSymbol),
  );
  assert.deepEqual(
    await scan("B", undefined),
    [1, 2, 3].map((n) => withoutSymbol(event(n, {}, "B"))),
  );
  assert.deepEqual(asked, [known.at, undefined]);
});

Deno.test("what the provider corrects is asked for again, and is an event of its own", async () => {
  const known = event(2);
  const scan = (told: Partial<typeof data>) => {
    const quote = { symbol: "A", at: known.at, ...data, ...told };
    const market = { quotes: () => Promise.resolve([quote]) };
    return Array.fromAsync(quotes.produce("A", {
      market: market as Partial<Market> as Market,
      latest: () =>
        Promise.resolve({ symbol: "A", at: known.at, ...known.data }),
      now: new Date("2026-01-31T15:00:00Z"),
      signal,
      log,
    }));
  };
  const told_at = "2026-01-31T15:00:00.000Z";
  assert.deepEqual(await scan({}), []);
  assert.deepEqual(await scan({ price: 91 }), [{
    id: `A:${known.at}:${told_at}`,
    at: known.at,
    data: { ...data, price: 91, told_at },
  }]);
});

Deno.test("what another provider tells of an instant is no correction, and its own value says whose it is", async () => {
  const known = event(2);
  const scan = (at: string) => {
    const quote = { symbol: "A", at, ...data, price: 91, provider: "yahoo" };
    const market = { quotes: () => Promise.resolve([quote]) };
    return Array.fromAsync(quotes.produce("A", {
      market: market as Partial<Market> as Market,
      latest: () =>
        Promise.resolve({
          ...{ symbol: "A", at: known.at, provider: "finnhub" },
          ...known.data,
        }),
      now: new Date("2026-01-31T15:00:00Z"),
      signal,
      log,
    }));
  };
  assert.deepEqual(await scan(known.at), []);
  const [later] = await scan(event(3).at);
  assert.equal(quotes.schema.parse(later!.data).provider, "yahoo");
});

Deno.test("the last telling of an instant is its row, and the others are kept, in whatever order they come", async () => {
  const telling = (price: number, minute?: number) =>
    event(1, {
      price,
      ...(minute !== undefined && { told_at: event(minute).at }),
    });
  const tellings = [
    telling(1),
    telling(2, 10),
    telling(2, 15),
    telling(3, 20),
    event(2),
  ];
  const orders = [
    tellings.map((one) => [one]),
    tellings.toReversed().map((one) => [one]),
    [tellings, tellings.toReversed()],
    [tellings.slice(2), tellings.slice(0, 3), tellings],
  ];
  for (const batches of orders) {
    await using database = await migratedDatabase("quotes");
    const { sql } = database;
    for (const batch of batches) await quotes.handle(batch, context(sql));
    const rows = await quotes.history(sql, { symbol: "A", limit: 9 });
    const told_at = event(20).at;
    const [first, second] = rows;
    assert.equal(rows.length, 2);
    assert.deepEqual([first?.price, first?.told_at], [3, told_at]);
    assert.deepEqual(second && "former" in second, false);
    const former = first?.former as { price: number; told_at: string | null }[];
    assert.equal(former[0]?.told_at, null);
    assert.deepEqual([...new Set(former.map((was) => was.price))], [1, 2]);
  }
});

Deno.test("of corrections that are stored at the same time each is kept", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const symbols = Array.from({ length: 500 }, (_, i) => `S${i}`);
  const told = (price: number, minute?: number) =>
    symbols.map((symbol) =>
      event(1, {
        price,
        ...(minute && { told_at: event(minute).at }),
      }, symbol)
    );
  await quotes.handle(told(1), context(sql));
  await Promise.all(
    [2, 3, 4].map((price) =>
      quotes.handle(told(price, 10 * price), context(sql))
    ),
  );
  const kept = await sql`
    select array_agg(price order by price) as prices, count(*)::int as count
    from quote_corrections group by symbol order by 1`;
  const prices = new Set(kept.map((row) => String(row.prices)));
  assert.deepEqual([kept.length, [...prices]], [500, ["1,2,3"]]);
  const [row] = await sql`select min(price), max(price) from quotes`;
  assert.deepEqual([row!.min, row!.max], [4, 4]);
});

Deno.test("the newest rows of many symbols are read at once, as their histories have them", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const events = ["A", "B", "C"].flatMap((symbol) =>
    [3, 1, 2].map((minute) => event(minute, { price: minute }, symbol))
  );
  await quotes.handle(events, context(sql));
  const symbols = ["B", "A", "unknown"];
  const rows = await quotes.recent!(sql, { symbols, limit: 2 });
  const one = (symbol: string) => quotes.history(sql, { symbol, limit: 2 });
  const known = [...await one("A"), ...await one("B")];
  assert.deepEqual(
    rows,
    known.map(({ symbol, at, price }) => ({ symbol, at, price })),
  );
  assert.deepEqual(rows.map(({ price }) => price), [2, 3, 2, 3]);
});
