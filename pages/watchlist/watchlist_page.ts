/** The watchlist's page: its data, and its rows as HTML for the island. */
import type { WatchlistEntry } from "../../db/watchlist.ts";
import {
  listOf,
  type Signal,
  sorted,
  type Summary,
  summaryOf,
  type Wanted,
  wantedOf,
} from "./data.ts";
import {
  drawFull,
  readHistories,
  readRows,
  repeatsIn,
  rowMatches,
  signalsOf,
  type Source,
} from "./rows.ts";
import { type DrawnRow, rowHtml, type TableProps } from "./WatchTable.tsx";

/** What the island gets: nothing of the rows, which stand in the table below it. */
export interface WatchlistData {
  readonly signals: readonly Signal[];
  readonly wanted: Wanted;
  readonly summary: Summary | null;
}

export interface WatchlistPage {
  readonly data: WatchlistData;
  readonly table: TableProps;
  /** In the list's own order. */
  readonly entries: readonly WatchlistEntry[];
}

/** How many rows are drawn in full: more than a screen shows. */
const rowsOfPage = 50;

export async function watchlistPage(
  services: Source,
  query: URLSearchParams,
): Promise<WatchlistPage> {
  const signals = await signalsOf(services);
  const wanted = wantedOf(query, signals);
  const listed = services.watching.list(wanted.list);
  const rows = await readRows(services, signals, listed);
  const shown = rows.filter((row) => rowMatches(row, wanted.filter));
  const from = (wanted.page - 1) * rowsOfPage;
  const part = sorted(shown, wanted.sort, signals)
    .slice(from, from + rowsOfPage);
  const histories = await readHistories(services, signals, part);
  const full = new Map(
    drawFull(services.catalog, signals, part, histories)
      .map((row) => [row.symbol, row]),
  );
  const kept = new Set(shown);
  const drawn = sorted(rows, wanted.sort, signals).map((row): DrawnRow => ({
    row: full.get(row.symbol) ?? row,
    full: full.has(row.symbol),
    hidden: !kept.has(row),
  }));
  const seen = drawn.filter(({ hidden }) => !hidden).map(({ row }) => row);
  const repeats = repeatsIn(seen, signals);
  const pages = Math.ceil(shown.length / rowsOfPage);
  const summary = summaryOf(rows, signals);
  return {
    data: { signals, wanted, summary },
    table: { signals, wanted, rows: drawn, pages, repeats },
    entries: await listed,
  };
}

/** The JSON that the island gets: each row as HTML, by symbol, in the watchlist's own order. */
export interface RowsAnswer {
  readonly rows: readonly (readonly [symbol: string, html: string])[];
}

/** All rows in words; with `symbols` in the address, those in full. */
export async function rowsAnswer(
  services: Source,
  query: URLSearchParams,
): Promise<RowsAnswer> {
  const signals = await signalsOf(services);
  const symbols = query.get("symbols")?.split(",").slice(0, 2 * rowsOfPage);
  const brief = await readRows(
    services,
    signals,
    services.watching.list(listOf(query.get("list"))),
    symbols,
  );
  const rows = symbols
    ? drawFull(
      services.catalog,
      signals,
      brief,
      await readHistories(services, signals, brief),
    )
    : brief;
  const repeats = symbols ? null : repeatsIn(rows, signals);
  const now = Date.now();
  const full = symbols !== undefined;
  return {
    rows: rows.map((row) => [
      row.symbol,
      rowHtml({
        row,
        full,
        hidden: false,
        signals,
        repeats: repeats?.get(row.symbol),
        now,
      }),
    ]),
  };
}
