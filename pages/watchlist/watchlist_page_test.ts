import assert from "node:assert/strict";
import { type Added, NotReadyError, type Values } from "../../host/services.ts";
import { actorStatus, catalogOf } from "../../tests/support/actors.ts";
import {
  cellUpdate,
  noticeOf,
  submitWatchlist,
  watchlistData,
} from "./watchlist_page.ts";

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

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, text] of Object.entries(fields)) data.set(name, text);
  return data;
}

Deno.test("the page has a column for each actor and a cell for each value, with or without its history", async () => {
  const entries = ["AAPL", "MSFT"].map((symbol) => ({ symbol, added_at: at }));
  const services = {
    catalog,
    values: valuesOf(() => Promise.resolve([value, value])),
    watching: { list: () => Promise.resolve(entries) } as never,
    status: {
      actors: () =>
        Promise.resolve(["news", "quotes"].map((n) => actorStatus(n))),
    } as never,
  };
  const { columns, rows } = await watchlistData(services);
  assert.deepEqual(columns.map((column) => column.heading), ["Price", "News"]);
  assert.deepEqual(rows, [
    { symbol: "AAPL", cells: { quotes: { at, html: "190 after 2" } } },
    { symbol: "MSFT", cells: {} },
  ]);
  const without = await watchlistData({ ...services, values: stuck });
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

function watchingOf(warning: string | null) {
  const added: string[] = [];
  const watching = {
    add(symbol: string): Promise<Added> {
      added.push(symbol);
      return Promise.resolve({
        entry: { symbol, added_at: at },
        added: true,
        warning,
      });
    },
  };
  return { added, services: { watching, commands: {} } as never };
}

Deno.test("the form says the warning of a market that could not be asked", async () => {
  const { services, added } = watchingOf("Added without asking: 503");
  const done = await submitWatchlist(services, form({ symbol: " aapl " }));
  assert.deepEqual(done, { text: "Added without asking: 503", undo: null });
  assert.deepEqual(added, ["AAPL"]);
});

Deno.test("the form leads to the page that says what was done, and refuses what is no symbol", async () => {
  const { services } = watchingOf(null);
  const address = await submitWatchlist(services, form({ symbol: "BRK.B" }));
  assert.equal(address, "/?added=BRK.B");
  assert.deepEqual(noticeOf(new URLSearchParams("added=BRK.B")), {
    text: "BRK.B is on the watchlist.",
    undo: null,
  });
  assert.equal(noticeOf(new URLSearchParams("added=any+words")), null);
  await assert.rejects(
    submitWatchlist(services, form({ symbol: "<b>" })),
    /"<b>" cannot be a symbol/,
  );
});
