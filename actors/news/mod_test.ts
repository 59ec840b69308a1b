import assert from "node:assert/strict";
import { migratedDatabase } from "../../tests/support/database.ts";
import type { Market } from "../../market/market.ts";
import type { HandleContext } from "../../engine/actor.ts";
import news from "./mod.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;

interface Changes {
  headline?: string;
  told_at?: string;
}

function event(id: number, symbol = "A", changes: Changes = {}) {
  const data = {
    news_id: id,
    headline: `Headline ${id}`,
    source: "Wire",
    summary: "",
    url: `https://example.com/${id}` as string | null,
    image: null,
    ...changes,
  };
  const at = new Date(Date.UTC(2026, 0, 1, 0, id % 1000)).toISOString();
  return { id: `${id}:${symbol}`, symbol, at, data };
}

const context = (sql: HandleContext["sql"]) => ({ sql, signal, log });

/** What `produce` yields says nothing of the symbol: that is what it was asked for. */
function withoutSymbol<Event extends { symbol: string }>(event: Event) {
  const { symbol: _, ...rest } = event;
  return rest;
}

Deno.test("an article of several symbols is one row, however often it comes", async () => {
  await using database = await migratedDatabase("news");
  const { sql } = database;
  const ctx = context(sql);
  const batch = [
    event(1),
    event(1, "B"),
    event(1),
    event(2, "B", { headline: "first" }),
    event(2, "C", { headline: "second" }),
  ];
  for (let times = 0; times < 2; times++) {
    await news.handle(batch, ctx);
    await news.handle([event(1, "D")], ctx);
    const articles = await sql`select id, headline from news order by id`;
    assert.deepEqual(articles.map((row) => [row.id, row.headline]), [
      ["1", "Headline 1"],
      ["2", "first"],
    ]);
    const symbols = await sql`
      select news_id || symbol as pair from news_symbols order by 1`;
    assert.deepEqual(symbols.map((row) => row.pair), [
      "1A",
      "1B",
      "1D",
      "2B",
      "2C",
    ]);
  }
});

Deno.test("of a headline that is changed the last telling is taken, and the others are kept", async () => {
  const telling = (headline: string, minute: number) =>
    event(1, "A", { headline, told_at: event(minute).at });
  const tellings = [event(1), telling("second", 10), telling("third", 20)];
  for (const batch of [tellings, tellings.toReversed()]) {
    await using database = await migratedDatabase("news");
    const { sql } = database;
    for (const one of [...batch, ...batch]) {
      await news.handle([one], context(sql));
    }
    await news.handle([...batch, event(1, "B")], context(sql));
    for (const symbol of ["A", "B"]) {
      const rows = await news.history(sql, { symbol, limit: 9 });
      assert.deepEqual(rows.map((row) => row.headline), ["third"]);
      const former = rows[0]?.former as { headline: string }[];
      assert.deepEqual(former.map((was) => was.headline), [
        "Headline 1",
        "second",
      ]);
    }
  }
});

Deno.test("rows come back as the events were, ids as numbers, oldest first", async () => {
  await using database = await migratedDatabase("news");
  const { sql } = database;
  const ctx = context(sql);
  const big = Number.MAX_SAFE_INTEGER - 991 + 9;
  const batch = [event(3), event(1), event(2), event(big), event(4, "B")];
  await news.handle(batch, ctx);
  const rows = await news.history(sql, { symbol: "A", limit: 9 });
  const values = batch.map(({ symbol, at, data }) => ({
    symbol,
    at,
    ...data,
  }));
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    values.filter((row) => row.symbol === "A")
      .sort((a, b) => a.at < b.at ? -1 : 1),
  );
  const window = { from: event(2).at, to: event(3).at };
  const some = await news.history(sql, { symbol: "A", limit: 9, ...window });
  assert.deepEqual(some.map((row) => row.news_id), [2, 3]);
  const one = await news.history(sql, { symbol: "A", limit: 1, ...window });
  assert.deepEqual(one.map((row) => row.news_id), [3]);
});

Deno.test("the newest row of a symbol is its newest article", async () => {
  await using database = await migratedDatabase("news");
  const { sql } = database;
  await news.handle(
    [event(5), event(7), event(6), event(5, "B")],
    context(sql),
  );
  const newest = async (symbol: string) =>
    (await news.history(sql, { symbol, limit: 1 })).map((row) => row.news_id);
  assert.deepEqual([await newest("A"), await newest("B")], [[7], [5]]);
});

Deno.test("hostile texts are only text", async () => {
  await using database = await migratedDatabase("news");
  const { sql } = database;
  const texts = ["null", "NULL", '{"a",}', "\\", "'; drop table news", "<b>😀"];
  const batch = texts.map((headline, id) => event(id, "A", { headline }));
  await news.handle(batch, context(sql));
  const rows = await news.history(sql, { symbol: "A", limit: 9 });
  assert.deepEqual(rows.map((row) => row.headline), texts);
  assert.ok(rows.every((row) => row.image === null));
});

Deno.test("the schema lets nothing but web addresses and storable texts pass", () => {
  const { data } = event(1);
  const accepts = (changes: object) =>
    news.schema.safeParse({ ...data, ...changes }).success;
  for (const url of ["http://a.example", "https://a.example/ä?b#c", null]) {
    assert.ok(accepts({ url, image: url }), `${url}`);
  }
  for (
    const url of [
      "",
      "javascript:alert(1)",
      " javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "java\nscript:alert(1)",
      "data:text/html,x",
      "ftp://a.example",
      "//a.example",
      "https://a.example/\0",
      undefined,
    ]
  ) {
    assert.ok(!accepts({ url }), `${url}`);
    assert.ok(!accepts({ image: url }), `${url}`);
  }
  assert.ok(!accepts({ headline: "a\0" }) && !accepts({ summary: "\ud800" }));
  assert.ok(!accepts({ news_id: 1.5 }) && !accepts({ news_id: 2 ** 53 }));
});

Deno.test("a scan asks for the last three days, and cleans what could not be stored", async () => {
  const asked: unknown[] = [];
  const market = {
    news(symbol: string, { from, to }: { from: string; to: string }) {
      asked.push([symbol, from, to]);
      const { news_id: id, ...article } = event(8).data;
      const headline = "a\0\ud800";
      return Promise.resolve([{ ...article, id, headline, at: event(8).at }]);
    },
  };
  const events = await Array.fromAsync(news.produce("A", {
    market: market as Partial<Market> as Market,
    latest: () => Promise.resolve(undefined),
    now: new Date("2026-03-02T23:59:00Z"),
    signal,
    log,
  }));
  assert.deepEqual(asked, [["A", "2026-02-27", "2026-03-02"]]);
  const headline = "a\uFFFD\uFFFD";
  assert.deepEqual(events, [
    withoutSymbol(
      event(8, "A", { headline, told_at: "2026-03-02T23:59:00.000Z" }),
    ),
  ]);
  assert.ok(events.every(({ data }) => news.schema.safeParse(data).success));
});
