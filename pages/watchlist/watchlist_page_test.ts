import assert from "node:assert/strict";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Value } from "../../engine/actor.ts";
import { NotReadyError, type Values } from "../../host/services.ts";
import { actorStatus, catalogOf } from "../../tests/support/actors.ts";
import { countText } from "../../ui/numbers.ts";
import { inLocale } from "../locale.ts";
import { cellUpdates } from "./cell_updates.ts";
import { rowsAnswer, watchlistPage } from "./watchlist_page.ts";
import { rowHtml, WatchTable } from "./WatchTable.tsx";

const at = "2026-01-30T21:00:00.000Z";
const value = { symbol: "AAPL", at, price: 190 };

const catalog = catalogOf({
  quotes: {
    recent: 48,
    columns: [
      {
        name: "price",
        heading: "Price",
        key: ({ price }) => Number(price),
        text: ({ price }) => `$${price}`,
      },
      {
        name: "recent",
        heading: "Recent",
        text: () => "",
        cell: ({ recent }) => `${recent.length} <before>`,
      },
    ],
  },
  news: {},
});

function valuesOf(recent: Values["recent"]): Values {
  return {
    latest: (actor) =>
      Promise.resolve(new Map(actor === "quotes" ? [["AAPL", value]] : [])),
    history: () => Promise.reject(new Error("is not asked")),
    recent,
    onChange: () => () => {},
  };
}

const stuck = valuesOf((_actor, _query, withinMs) => {
  assert.equal(withinMs, 1_000, "a cell does not wait longer");
  return Promise.reject(new NotReadyError("quotes does not answer"));
});

const asked: string[] = [];
const quick = valuesOf((actor, { latest, limit }) => {
  asked.push(`${actor} ${latest.map(({ symbol }) => symbol)} ${limit}`);
  return Promise.resolve(new Map([["AAPL", [value, value]]]));
});

function servicesWith(values: Values, symbols = ["AAPL", "MSFT"]) {
  const entries = symbols.map((symbol, place) => (
    { symbol, name: null, place, added_at: at }
  ));
  return {
    catalog,
    values,
    watching: { list: () => Promise.resolve(entries) } as never,
    scans: { of: () => Promise.resolve(new Map()) } as never,
    status: {
      actors: () =>
        Promise.resolve(["news", "quotes"].map((n) => actorStatus(n))),
    } as never,
  };
}

const query = (text = "") => new URLSearchParams(text);

Deno.test("the page has the columns of each actor and the cells of each value, with or without their history", async () => {
  const { data, table } = await watchlistPage(servicesWith(quick), query());
  assert.deepEqual(
    data.signals.flatMap(({ columns }) => columns.map(({ name }) => name)),
    ["quotes.price", "quotes.recent", "news.value"],
  );
  const [aapl, msft] = table.rows.map(({ row }) => row);
  assert.deepEqual(aapl!.cells[0], [
    { text: "$190", key: 190 },
    { text: "", html: "2 &lt;before>" },
  ]);
  assert.deepEqual(aapl!.keys, [190, null, null]);
  assert.deepEqual(msft!.cells, [null, null]);
  assert.equal(asked.pop(), "quotes AAPL 48", "MSFT has no value");
  const without = await watchlistPage(servicesWith(stuck), query());
  assert.equal(
    without.table.rows[0]!.row.cells[0]![1]!.html,
    "0 &lt;before>",
  );
});

const many = Array.from({ length: 120 }, (_, i) => `S${i}`);

Deno.test("a page of rows is drawn in full, the others in words, and what the filter leaves out is hidden", async () => {
  const page = async (text: string) =>
    (await watchlistPage(servicesWith(quick, many), query(text))).table;
  const first = await page("");
  assert.equal(first.pages, 3);
  const full = ({ rows }: typeof first) =>
    rows.filter((row) => row.full).map(({ row }) => row.symbol);
  assert.deepEqual(full(first), many.slice(0, 50));
  assert.deepEqual(full(await page("page=3")), many.slice(100));
  const down = await page("sort=symbol&dir=desc&filter=s11");
  assert.equal(full(down)[0], "S119");
  assert.equal(down.rows.filter(({ hidden }) => !hidden).length, 11);
  assert.equal(down.rows.length, 120);
});

Deno.test("the island gets all rows in words, and those that it asks for in full", async () => {
  const services = servicesWith(quick, ["AAPL", "<b>"]);
  const { rows } = await rowsAnswer(services, query());
  assert.deepEqual(rows.map(([symbol]) => symbol), ["AAPL", "<b>"]);
  assert.match(rows[0]![1], /class="brief".*\$190/);
  assert.doesNotMatch(rows[1]![1], /<b>/);
  const asked = await rowsAnswer(services, query("symbols=AAPL"));
  assert.equal(asked.rows.length, 1);
  assert.match(asked.rows[0]![1], /2 &lt;before>.*Remove AAPL/);
});

Deno.test("a row that was drawn before is drawn anew when anything of it has changed", async () => {
  let drawn = 0;
  const price = ({ price }: Value) => (drawn++, `$${countText(Number(price))}`);
  const counted = catalogOf({
    quotes: { columns: [{ name: "price", heading: "Price", text: price }] },
  });
  let latest: Value = { symbol: "AAPL", at, price: 1234.5 };
  let [place, name, failing] = [0, "Apple", {}];
  const services = {
    ...servicesWith(quick),
    catalog: counted,
    values: {
      ...quick,
      latest: () => Promise.resolve(new Map([["AAPL", latest]])),
    },
    watching: {
      list: () => Promise.resolve([{ symbol: "AAPL", name, place }]),
    } as never,
    status: {
      actors: () => Promise.resolve([{ ...actorStatus("quotes"), failing }]),
    } as never,
  };
  const row = async (locale = "en-GB") => {
    const answer = inLocale(locale, () => rowsAnswer(services, query()));
    return (await answer).rows[0]![1];
  };
  const first = await row();
  assert.match(first, /Apple.*\$1,234\.5/);
  assert.equal(await row(), first);
  assert.equal(drawn, 1);
  assert.match(await row("de-DE"), /\$1\.234,5/);
  failing = { AAPL: "it is refused" };
  assert.match(await row(), /it is refused/);
  failing = {};
  assert.equal(await row(), first);
  place = 7;
  assert.match(await row(), /data-place="7"/);
  name = "Apple Inc";
  assert.match(await row(), /Apple Inc/);
  latest = { ...latest, price: 5 };
  assert.match(await row(), /\$5/);
});

Deno.test("a row in full is drawn anew when its history has changed, and when its age has", async () => {
  let drawn = 0;
  const cell = ({ recent }: { recent: readonly Value[] }) => (
    drawn++, `${recent.length} rows`
  );
  const column = { name: "recent", heading: "Recent", text: () => "", cell };
  let rows: Value[] = [value];
  const services = {
    ...servicesWith({
      ...quick,
      recent: () => Promise.resolve(new Map([["AAPL", rows]])),
    }),
    catalog: catalogOf({ quotes: { recent: 48, columns: [column] } }),
  };
  const { table: { rows: [first], signals } } = await watchlistPage(
    services,
    query(),
  );
  const again = async () => (await watchlistPage(services, query())).table;
  assert.equal((await again()).rows[0]!.row, first!.row);
  assert.equal(drawn, 1);
  const { now } = Date;
  try {
    for (const [later, age] of [[0, "just now"], [60_000, "1 min ago"]]) {
      Date.now = () => Date.parse(at) + Number(later);
      const html = rowHtml({ ...first!, signals, now: Date.now() });
      assert.match(html, new RegExp(`1 rows.*${age}`));
    }
  } finally {
    Date.now = now;
  }
  rows = [value, value];
  const { row } = (await again()).rows[0]!;
  assert.equal(row.cells[0]![0]!.html, "2 rows");
});

Deno.test("new values go out with their cells drawn, and their history asked for once", async () => {
  const values = [value, { ...value, symbol: "MSFT" }];
  const draw = await cellUpdates(
    { catalog, values: quick },
    "quotes",
    values,
  );
  assert.equal(asked.pop(), "quotes AAPL,MSFT 48");
  const updates = draw();
  assert.deepEqual(updates[0], {
    signal: "quotes",
    symbol: "AAPL",
    at,
    cells: [
      { text: "$190", key: 190 },
      { text: "", html: "2 &lt;before>" },
    ],
  });
});

Deno.test("an age leads to its value's event, and what is said of a row to why that is so", async () => {
  const services = servicesWith(quick);
  const { rows } = await rowsAnswer(services, query("symbols=AAPL,MSFT"));
  const [aapl, msft] = rows.map(([, html]) => html);
  const event = `/events/quotes?symbol=AAPL&amp;at=${encodeURIComponent(at)}`;
  assert.ok(aapl!.includes(`<a href="${event}"><time `), aapl);
  assert.match(
    msft!,
    /<a href="\/symbols\/MSFT#provenance-quotes">Waiting for the first data</,
  );
});

Deno.test("what several rows say alike is seen once, in whatever order, and found in each", async () => {
  const headlines = new Map([["A", 1], ["B", 2], ["C", 1], ["D", 1]]);
  const values: Values = {
    ...quick,
    latest: (actor) =>
      Promise.resolve(
        new Map(
          actor !== "news" ? [] : [...headlines].map((
            [symbol, id],
          ) => [symbol, { symbol, at, id }]),
        ),
      ),
  };
  const news = {
    columns: [{
      name: "headline",
      heading: "News",
      same: ({ id }: Value) => String(id),
      key: ({ symbol }: Value) => symbol,
      text: ({ id }: Value) => `Headline ${id}`,
    }],
  };
  const services = {
    ...servicesWith(values, ["A", "B", "C", "D"]),
    catalog: catalogOf({ news }),
  };
  const said = async (asked: string) => {
    const { table } = await watchlistPage(services, query(asked));
    const html = renderToString(h(WatchTable, table));
    return [...html.matchAll(/data-same[^]*?<\/td>/g)].map(([cell]) =>
      cell.replaceAll(/<span class="said" hidden>.*?<\/span>/g, "")
        .replaceAll(/^[^>]*>|<[^>]*>/g, "").trim()
    );
  };
  assert.deepEqual(await said(""), [
    "Headline 1 also C, D",
    "Headline 2",
    "as A",
    "as A",
  ]);
  assert.deepEqual(await said("sort=news.headline&dir=desc"), [
    "Headline 1 also C, A",
    "as D",
    "Headline 2",
    "as D",
  ]);
  assert.deepEqual(
    (await said("filter=headline 1")).filter((text) => /also/.test(text)),
    ["Headline 1 also C, D"],
  );
  const { rows } = await rowsAnswer(services, query());
  assert.match(rows[2]![1], /as A</);
  assert.match(rows[2]![1], /Headline 1/);
});
