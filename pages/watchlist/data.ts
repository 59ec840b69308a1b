/**
 * The watchlist as its page and its island have it: what is shown, in which order, and what is said of a
 * row. Pure, so that it can be tested without a browser, and the same on both sides.
 */
import type { ActorStatus, ScheduleStatus } from "../../engine/status.ts";
import { zonedText } from "../../ui/time_texts.ts";
import type { DrawnCell } from "../../ui/view.ts";

/** The data of `event: latest` with `render=cell`. */
export interface CellUpdate {
  /** The actor. */
  readonly signal: string;
  readonly symbol: string;
  readonly at: string;
  /** One for each of the actor's columns. */
  readonly cells: readonly DrawnCell[];
}

/** The data of `event: status` is a list of these, one for each actor. */
export type SignalStatus =
  & Pick<ActorStatus, "name" | "title" | "state" | "failing" | "closed">
  & Pick<
    ScheduleStatus,
    "next" | "last_scanned" | "waiting" | "last_error" | "quota"
  >
  & {
    /** Until when the market is closed (RFC 3339), and the zone of its own time; null while it is not. */
    readonly closedUntil: { readonly at: string; readonly zone: string } | null;
  };

export interface Column {
  /** In addresses: `quotes.price`. */
  readonly name: string;
  readonly heading: string;
  readonly width: number | null;
  readonly numeric: boolean;
  readonly sortable: boolean;
  readonly movement: boolean;
  readonly marksNew: boolean;
}

/** An actor with its columns. */
export interface Signal extends SignalStatus {
  readonly staleAfterMs: number | null;
  readonly columns: readonly Column[];
}

export type Key = number | string | null;

/** What of a row its order and its state depend on. */
export interface Row {
  readonly symbol: string;
  /** In the watchlist's own order. */
  readonly place: number;
  /** One for each column. */
  readonly keys: readonly Key[];
  /** Milliseconds since 1970 of each actor's latest value. */
  readonly ats: readonly (number | null)[];
  /** When it was last scanned with success for a signal of which it has no value, in ms since 1970. */
  readonly asked: number | null;
}

export interface Sort {
  /** A column's name; or `symbol`, or `age`. */
  readonly column: string;
  readonly descending: boolean;
}

/** The list that an address means where it names none: the first one, which is always there. */
export const firstList = 1;

/** The number of the list that an address or a form means. */
export function listOf(given: unknown): number {
  const text = String(given ?? "");
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : firstList;
}

/** What the address says of the table. */
export interface Wanted {
  /** The number of the list. */
  readonly list: number;
  readonly sort: Sort | null;
  readonly filter: string;
  /** From 1: which part of the rows is drawn in full. */
  readonly page: number;
}

export const columnsOf = (signals: readonly Signal[]): readonly Column[] =>
  signals.flatMap(({ columns }) => columns);

/** By what cells of a column are alike; undefined of one that is like no other. */
export const sameOf = (
  column: number,
  cell: Pick<DrawnCell, "same"> | undefined,
) => cell?.same && `${column}:${cell.same}`;

/** What an address may ask for; anything else in it counts as not said. */
export function wantedOf(
  query: URLSearchParams,
  signals: readonly Signal[],
): Wanted {
  const column = query.get("sort") ?? "";
  const known = ["symbol", "age"].includes(column) ||
    columnsOf(signals).some(({ name, sortable }) =>
      sortable && name === column
    );
  const page = Number(query.get("page") ?? 1);
  return {
    list: listOf(query.get("list")),
    sort: known ? { column, descending: query.get("dir") === "desc" } : null,
    filter: (query.get("filter") ?? "").slice(0, 100),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

export function addressOf({ list, sort, filter, page }: Wanted): string {
  const query = new URLSearchParams();
  if (list !== firstList) query.set("list", String(list));
  if (sort) query.set("sort", sort.column);
  if (sort?.descending) query.set("dir", "desc");
  if (filter !== "") query.set("filter", filter);
  if (page > 1) query.set("page", String(page));
  return query.size > 0 ? `/?${query}` : "/";
}

/** Up, down, and back to the watchlist's own order. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}

export function ariaSort(sort: Sort | null, column: string) {
  if (sort?.column !== column) return "none";
  return sort.descending ? "descending" : "ascending";
}

/** A copy in order. Rows without a key stand last, whichever way; rows with the same in their own order. */
export function sorted<Of extends Row>(
  rows: readonly Of[],
  sort: Sort | null,
  signals: readonly Signal[],
): Of[] {
  const byPlace = (a: Of, b: Of) => a.place - b.place;
  if (!sort) return rows.toSorted(byPlace);
  const index = columnsOf(signals).findIndex(({ name }) =>
    name === sort.column
  );
  const keyOf = (row: Of): Key =>
    sort.column === "symbol"
      ? row.symbol
      : sort.column === "age"
      ? firstOf(row.ats)
      : row.keys[index] ?? null;
  return rows.toSorted((a, b) =>
    compare(keyOf(a), keyOf(b), sort.descending) || byPlace(a, b)
  );
}

function compare(a: Key, b: Key, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a) < String(b)
    ? -1
    : Number(a !== b);
  return descending ? -order : order;
}

const firstOf = (ats: Row["ats"]) => ats.find((at) => at !== null) ?? null;

/** Whether a row with this text is one of those that the reader looks for. */
export function matches(text: string, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/);
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

/** How many rows have moved which way, and which the farthest. */
export interface Summary {
  readonly heading: string;
  readonly up: number;
  readonly down: number;
  readonly flat: number;
  readonly movers: readonly { readonly symbol: string; readonly by: number }[];
}

const mostMovers = 5;

/** Of the first column that tells movement; null if there is none, or no row has moved or could. */
export function summaryOf(
  rows: readonly Row[],
  signals: readonly Signal[],
): Summary | null {
  const columns = columnsOf(signals);
  const index = columns.findIndex(({ movement }) => movement);
  const moves = rows.flatMap(({ symbol, keys }) => {
    const by = keys[index];
    return typeof by === "number" ? [{ symbol, by }] : [];
  });
  if (moves.length === 0) return null;
  const up = moves.filter(({ by }) => by > 0).length;
  const down = moves.filter(({ by }) => by < 0).length;
  return {
    heading: columns[index]!.heading,
    up,
    down,
    flat: moves.length - up - down,
    movers: moves.filter(({ by }) => by !== 0)
      .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
      .slice(0, mostMovers),
  };
}

/** What is to be said of a row's values, and when the first of them was so. */
export interface RowState {
  readonly tone: "" | "idle" | "warn" | "bad";
  readonly text: string;
  /** The actor that the text is about; null where there is nothing to explain. */
  readonly cause: string | null;
  readonly at: number | null;
  /** The actor whose value is of then; null where none is. */
  readonly actor: string | null;
}

/** The worst of what holds for any of the row's signals: the one place that says it in words. */
export function stateOf(
  { symbol, ats, asked }: Pick<Row, "symbol" | "ats" | "asked">,
  signals: readonly Signal[],
  now: number,
): RowState {
  const at = firstOf(ats);
  const actor = signals[ats.findIndex((one) => one !== null)]?.name ?? null;
  const failed = signals.find(({ failing }) => failing[symbol] !== undefined);
  if (failed) {
    const text = `✕ ${failed.title}: ${failed.failing[symbol]}`;
    return { tone: "bad", text, cause: failed.name, at, actor };
  }
  const isClosed = ({ closed }: Signal) => closed && symbol in closed;
  const stale = signals.findIndex((one, i) =>
    isStale(ats[i]!, one, now) && !isClosed(one)
  );
  if (stale >= 0) {
    const { name, title } = signals[stale]!;
    const text = stale === 0 ? "▲ Stale" : `▲ ${title}: stale`;
    const old = { cause: name, at: ats[stale]!, actor: name };
    return { tone: "warn", text, ...old };
  }
  if (at === null) {
    const text = asked === null
      ? missingText(signals)
      : "The market told nothing, asked";
    const cause = signals[0]?.name ?? null;
    return { tone: "idle", text, cause, at: asked, actor };
  }
  const [first] = signals;
  const rests = first && (first.waiting !== null || isClosed(first));
  const closed = signals[0]?.closedUntil;
  const resting = closed ? `☾ Closed until ${openingText(closed)};` : "☾";
  const text = rests ? resting : "";
  return { tone: rests ? "idle" : "", text, cause: null, at, actor };
}

/** `Fri, 27 Nov, 09:30` */
export function openingText(
  { at, zone }: NonNullable<SignalStatus["closedUntil"]>,
): string {
  return zonedText(Date.parse(at), "opening", zone);
}

function missingText(signals: readonly Signal[]): string {
  const halted = signals.find(({ state }) =>
    state === "failed" || state === "paused"
  );
  return halted
    ? `No data: ${halted.title} is ${halted.state}`
    : "Waiting for the first data";
}

/** Old news is no fault while the schedule rests; it is one while it should have scanned. */
export function isStale(
  at: number | null,
  { staleAfterMs, waiting }: Pick<Signal, "staleAfterMs" | "waiting">,
  now: number,
): boolean {
  return at !== null && staleAfterMs !== null && waiting === null &&
    now - at > staleAfterMs;
}

export function withStatus(
  signals: readonly Signal[],
  status: readonly SignalStatus[],
): readonly Signal[] {
  return signals.map((signal) => ({
    ...signal,
    ...status.find(({ name }) => name === signal.name),
  }));
}
