/** What the watchlist does with what it is told: pure, so that it can be tested without a browser. */
import type { CellUpdate, SignalStatus } from "./cell.ts";
import type { Column, WatchlistData } from "./watchlist_page.ts";

/** Puts a new cell in its place. An older one than what stands there is left out. */
export function withCell(
  data: WatchlistData,
  { signal: actor, symbol, at, html }: CellUpdate,
): WatchlistData {
  return {
    ...data,
    rows: data.rows.map((row) => {
      const old = row.cells[actor];
      if (row.symbol !== symbol || (old && old.at > at)) return row;
      return { ...row, cells: { ...row.cells, [actor]: { at, html } } };
    }),
  };
}

export function withStatus(
  data: WatchlistData,
  status: readonly SignalStatus[],
): WatchlistData {
  const byName = new Map(status.map((one) => [one.name, one]));
  return {
    ...data,
    columns: data.columns.map((column) => ({
      ...column,
      ...byName.get(column.name),
    })),
  };
}

export function withoutSymbol(
  data: WatchlistData,
  symbol: string,
): WatchlistData {
  return { ...data, rows: data.rows.filter((row) => row.symbol !== symbol) };
}

export function hasSymbol(data: WatchlistData, symbol: string): boolean {
  return data.rows.some((row) => row.symbol === symbol);
}

/** Old news is no fault while the schedule rests; it is one while it should have scanned. */
export function isStale(
  at: string,
  column: Pick<Column, "staleAfterMs" | "waiting">,
  now: number,
): boolean {
  const { staleAfterMs, waiting } = column;
  return staleAfterMs !== null && waiting === null &&
    now - Date.parse(at) > staleAfterMs;
}
