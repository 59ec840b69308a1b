import assert from "node:assert/strict";
import { migratedDatabase } from "../../tests/support/database.ts";
import { context, data, event } from "../../tests/support/quote_events.ts";
import quotes from "./mod.ts";

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
