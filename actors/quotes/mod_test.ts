import assert from "node:assert/strict";
import { migratedDatabase } from "../../tests/support/database.ts";
import type { Market } from "../../market/market.ts";
import type { ProduceContext, Value } from "../../engine/actor.ts";
import {
  context,
  data,
  event,
  log,
  signal,
} from "../../tests/support/quote_events.ts";
import quotes from "./mod.ts";

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
