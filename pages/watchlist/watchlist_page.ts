/** The watchlist's page: its data, its rows as HTML for the island, and its forms. */
import type { Services } from "../../host/services.ts";
import { parseSymbol } from "../../market/market.ts";
import { scanText } from "../../ui/client.ts";
import { plural } from "../../ui/numbers.ts";
import {
  type Signal,
  sorted,
  type Summary,
  summaryOf,
  type Wanted,
  wantedOf,
} from "./data.ts";
import type { Notice } from "./Notices.tsx";
import {
  drawFull,
  readRows,
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

/** How many rows are drawn in full: more than a screen shows. */
const rowsOfPage = 50;

export async function watchlistPage(
  services: Source,
  query: URLSearchParams,
): Promise<{ data: WatchlistData; table: TableProps }> {
  const signals = await signalsOf(services);
  const wanted = wantedOf(query, signals);
  const rows = await readRows(services, signals);
  const shown = rows.filter((row) => rowMatches(row, wanted.filter));
  const first = (wanted.page - 1) * rowsOfPage;
  const part = sorted(shown, wanted.sort, signals)
    .slice(first, first + rowsOfPage);
  const full = new Map(
    (await drawFull(services, signals, part)).map((row) => [row.symbol, row]),
  );
  const kept = new Set(shown);
  const drawn = sorted(rows, wanted.sort, signals).map((row): DrawnRow => ({
    row: full.get(row.symbol) ?? row,
    full: full.has(row.symbol),
    hidden: !kept.has(row),
  }));
  const pages = Math.ceil(shown.length / rowsOfPage);
  const summary = summaryOf(rows, signals);
  return {
    data: { signals, wanted, summary },
    table: { signals, wanted, rows: drawn, pages },
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
  const brief = await readRows(services, signals, symbols);
  const rows = symbols ? await drawFull(services, signals, brief) : brief;
  const now = Date.now();
  const full = symbols !== undefined;
  return {
    rows: rows.map((row) => [
      row.symbol,
      rowHtml({ row, full, hidden: false, signals, now }),
    ]),
  };
}

/**
 * Does what a form says, for browsers without JavaScript; with it, the island asks the API. Resolves to
 * where to go then, or to what has to be said at once. Rejects with a message for people.
 */
export async function submitWatchlist(
  { watching, commands }: Pick<Services, "watching" | "commands">,
  form: FormData,
): Promise<string | Notice> {
  const removed = form.get("remove");
  if (removed !== null) {
    await watching.remove(String(removed));
    return `/?removed=${encodeURIComponent(String(removed))}`;
  }
  if (form.get("intent") === "scan") {
    const actor = String(form.get("signal") ?? "");
    const { published, failed } = await commands.scan(actor);
    return `/?published=${published}&failed=${Object.keys(failed).length}`;
  }
  const given = String(form.get("symbol") ?? "");
  const symbol = parseSymbol(given);
  if (!symbol) throw new TypeError(`"${given}" cannot be a symbol: try AAPL.`);
  const { warning } = await watching.add(symbol);
  // An address cannot carry it: whoever made a link could put any words into the page.
  if (warning !== null) return { text: warning, undo: null };
  return `/?added=${encodeURIComponent(symbol)}`;
}

/** What the address says became of a form. Only what can be a symbol or a number is shown. */
export function noticeOf(query: URLSearchParams): Notice | null {
  const symbol = parseSymbol(query.get("removed") ?? query.get("added") ?? "");
  if (symbol && query.has("removed")) {
    return { text: `${symbol} was removed.`, undo: symbol };
  }
  if (symbol) return { text: `${symbol} is on the watchlist.`, undo: null };
  const published = Number(query.get("published") ?? NaN);
  if (!Number.isInteger(published)) return null;
  const failed = Number(query.get("failed")) || 0;
  const failures = failed ? ` ${plural(failed, "symbol")} failed.` : "";
  return { text: scanText({ published }) + failures, undo: null };
}
