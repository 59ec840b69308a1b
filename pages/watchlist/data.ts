/**
 * The watchlist as its page and its island have it, and what the island does with what it is told: pure,
 * so that it can be tested without a browser.
 */
import type { Value } from "../../engine/actor.ts";
import type { ActorStatus, ScheduleStatus } from "../../engine/status.ts";

/** The data of `event: latest` with `render=cell`. */
export interface CellUpdate {
  /** The actor. */
  readonly signal: string;
  readonly symbol: string;
  readonly at: string;
  readonly value: Value;
  /** The cell, drawn and escaped by `drawCell`. */
  readonly html: string;
}

/** The data of `event: status` is a list of these, one for each actor. */
export type SignalStatus =
  & Pick<ActorStatus, "name" | "title" | "state">
  & Pick<ScheduleStatus, "next" | "last_completed" | "waiting" | "last_error">;

/** A column: one actor. */
export interface Column extends SignalStatus {
  readonly heading: string;
  readonly staleAfterMs: number | null;
}

export type Cell = Pick<CellUpdate, "at" | "html">;

export interface WatchlistData {
  /** The number of the list. */
  readonly list: number;
  readonly columns: readonly Column[];
  readonly rows: readonly {
    readonly symbol: string;
    /** The company; null until it is known. */
    readonly name: string | null;
    /** Where it stands in the list. */
    readonly place: number;
    /** By actor; one that is missing waits for its first value. */
    readonly cells: Readonly<Record<string, Cell>>;
  }[];
}

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
  const columns = data.columns.map((column) => (
    { ...column, ...status.find(({ name }) => name === column.name) }
  ));
  return { ...data, columns };
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
