import assert from "node:assert/strict";
import { NotReadyError, type Values } from "../../host/services.ts";
import { actorStatus, catalogOf } from "../../tests/support/actors.ts";
import { cellUpdate, watchlistData } from "./watchlist_page.ts";

const at = "2026-01-30T21:00:00.000Z";
const value = { symbol: "AAPL", at, price: 190 };

const catalog = catalogOf({
  quotes: {
    heading: "Price",
    recent: 48,
    cell: ({ latest, recent }) => `${latest.price} after ${recent.length}`,
  },
  news: {},
});

function valuesOf(history: Values["history"]): Values {
  return {
    latest: (actor) =>
      Promise.resolve(new Map(actor === "quotes" ? [["AAPL", value]] : [])),
    history,
    onChange: () => () => {},
  };
}

const stuck = valuesOf((_actor, _query, withinMs) => {
  assert.equal(withinMs, 1_000, "a cell does not wait longer");
  return Promise.reject(new NotReadyError("quotes does not answer"));
});

Deno.test("the page has a column for each actor and a cell for each value, with or without its history", async () => {
  const entries = ["AAPL", "MSFT"].map((symbol, place) => (
    { symbol, added_at: at, name: `The ${symbol}`, place }
  ));
  const services = {
    catalog,
    values: valuesOf(() => Promise.resolve([value, value])),
    watching: { list: () => Promise.resolve(entries) } as never,
    status: {
      actors: () =>
        Promise.resolve(["news", "quotes"].map((n) => actorStatus(n))),
    } as never,
  };
  const { columns, rows } = await watchlistData(services, 1);
  assert.deepEqual(columns.map((column) => column.heading), ["Price", "News"]);
  assert.deepEqual(rows, [
    {
      symbol: "AAPL",
      name: "The AAPL",
      place: 0,
      cells: { quotes: { at, html: "190 after 2" } },
    },
    { symbol: "MSFT", name: "The MSFT", place: 1, cells: {} },
  ]);
  const without = await watchlistData({ ...services, values: stuck }, 1);
  assert.equal(without.rows[0]!.cells.quotes!.html, "190 after 0");
});

Deno.test("a new value goes out with its cell drawn", async () => {
  const change = { actor: "quotes", value };
  assert.deepEqual(await cellUpdate({ catalog, values: stuck }, change), {
    signal: "quotes",
    symbol: "AAPL",
    at,
    value,
    html: "190 after 0",
  });
});
