/**
 * How an actor looks on a page: the default export of `actors/<actor>/view.tsx`.
 *
 * Views are drawn on the server only. What the browser gets is their HTML, so a view may be as long as
 * it likes and costs no byte of JavaScript. A folder without `view.tsx` gets a table of its fields.
 */
import type { ComponentChildren } from "preact";
import type { Value } from "../engine/actor.ts";
import type { Session } from "./time_scale.ts";

export interface CellProps<Row extends Value = Value> {
  readonly latest: Row;
  /** The newest `recent` rows of the symbol's history, oldest first. */
  readonly recent: readonly Row[];
}

/** What the reader chose to see of a panel that is `ranged`. */
export interface Frame<Row extends Value = Value> {
  /** In which times read: an IANA name. */
  readonly zone: string;
  readonly exchangeZone: string;
  /** The exchange's, oldest first, from the one before the first row to that of the last. */
  readonly sessions: readonly Session[];
  /** An instant to point at, in ms since 1970. */
  readonly at: number | null;
  /** Another symbol's rows of the same window. */
  readonly other:
    | { readonly symbol: string; readonly rows: readonly Row[] }
    | null;
}

export interface PanelProps<Row extends Value = Value> {
  readonly symbol: string;
  /**
   * Oldest first; the newest 500. Of a view that is `ranged` those of the range that the reader chose, all
   * of it: thinned by the actor's `history`, if it can.
   */
  readonly rows: readonly Row[];
  /** Of a view that is `ranged`. */
  readonly frame?: Frame<Row>;
}

/**
 * The two functions are methods, so that a view may name the rows it gets:
 * `export default { …, cell({ latest }: CellProps<Row>) { … } } satisfies View`.
 */
export interface View {
  /** Columns and panels stand in ascending order; 100 for a folder without a view. */
  readonly order: number;
  /** How many rows of history the cell wants, for a sparkline; 0 for none. */
  readonly recent: number;
  /** The column's name: short. */
  readonly heading: string;
  /** A value older than this is marked as stale while its schedule does not rest; never, unless told. */
  readonly staleAfterMs?: number;
  /** True if the panel shows a range of time that the reader chooses (1D, 5D, 1M, …). */
  readonly ranged?: boolean;
  /** One cell of the watchlist. */
  cell(props: CellProps): ComponentChildren;
  /** One section of a symbol's page. */
  panel(props: PanelProps): ComponentChildren;
}
