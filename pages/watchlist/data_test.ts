import assert from "node:assert/strict";
import {
  hasSymbol,
  isStale,
  type WatchlistData,
  withCell,
  withoutSymbol,
  withStatus,
} from "./data.ts";

const at = "2026-01-31T15:00:00.000Z";
const later = "2026-01-31T15:01:00.000Z";
const column = {
  name: "quotes",
  title: "Price quotes",
  heading: "Price",
  state: "running" as const,
  next: null,
  last_completed: null,
  waiting: null,
  last_error: null,
  staleAfterMs: 60_000,
};
const data: WatchlistData = {
  list: 1,
  columns: [column],
  rows: [
    {
      symbol: "AAPL",
      name: null,
      place: 1,
      cells: { quotes: { at, html: "old" } },
    },
    { symbol: "MSFT", name: null, place: 2, cells: {} },
  ],
};
const update = (symbol: string, when: string) =>
  withCell(data, {
    signal: "quotes",
    symbol,
    at: when,
    html: "new",
    value: { symbol, at: when },
  });

Deno.test("a newer cell takes the place of the old one, and of none", () => {
  assert.equal(update("AAPL", later).rows[0]!.cells.quotes!.html, "new");
  assert.equal(update("MSFT", at).rows[1]!.cells.quotes!.html, "new");
  assert.equal(data.rows[0]!.cells.quotes!.html, "old");
});

Deno.test("an older cell is left out, and so is a symbol that is not there", () => {
  const earlier = update("AAPL", "2026-01-31T14:00:00.000Z");
  assert.equal(earlier.rows[0]!.cells.quotes!.html, "old");
  assert.deepEqual(update("TSLA", at), data);
});

Deno.test("a status changes its own column and keeps what is not in it", () => {
  const paused = withStatus(data, [{ ...column, state: "paused" }]);
  assert.equal(paused.columns[0]!.state, "paused");
  assert.equal(paused.columns[0]!.heading, "Price");
  assert.deepEqual(withStatus(data, []), data);
});

Deno.test("a removed symbol is gone", () => {
  assert.equal(hasSymbol(withoutSymbol(data, "AAPL"), "AAPL"), false);
  assert.equal(hasSymbol(data, "AAPL"), true);
});

Deno.test("a value is stale after its time, but not while the schedule rests", () => {
  const now = Date.parse(at) + 61_000;
  assert.equal(isStale(at, column, now), true);
  assert.equal(isStale(at, column, now - 2000), false);
  assert.equal(isStale(at, { ...column, waiting: "closed" }, now), false);
  assert.equal(isStale(at, { ...column, staleAfterMs: null }, now), false);
});
