/**
 * How an actor looks on a page: the default export of `actors/<actor>/view.tsx`.
 *
 * Views are drawn on the server only. What the browser gets is their HTML, so a view may be as long as
 * it likes and costs no byte of JavaScript. A folder without `view.tsx` gets a table of its fields.
 */
import type { ComponentChildren } from "preact";
import type { Value } from "../engine/actor.ts";
import type { Session } from "./time_scale.ts";
import type { Trend } from "./numbers.ts";

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

/** A column of the watchlist. */
export interface ViewColumn<Row extends Value = Value> {
  /** Below its actor's name it is the column's name in addresses: `?sort=quotes.price`. */
  readonly name: string;
  /** Short. */
  readonly heading: string;
  /** In units of a digit's width; what is left goes to those that do not say. */
  readonly width?: number;
  /** Numbers stand at the right, under each other. */
  readonly numeric?: boolean;
  /** True if its key is how far something has moved: rows are counted by its sign, and the farthest told. */
  readonly movement?: boolean;
  /** What rows are sorted by; null stands last. A column without it cannot be sorted. */
  key?(latest: Row): number | string | null;
  /**
   * The cell in plain words, empty for a picture: what is searched, what is seen of a row that is out of
   * view, and the cell itself unless `cell` draws it. Of the value and the reader's locale alone: it is kept
   * as long as they are the same.
   */
  text(latest: Row): string;
  /** True if what came since the reader's last visit gets a dot. */
  readonly marksNew?: boolean;
  /**
   * What makes the cells of two symbols the same, as an article's id: in a list it is then said once, with the
   * other symbols named.
   */
  same?(latest: Row): string;
  /** Colours the text. */
  trend?(latest: Row): Trend;
  /** Of what it is given and the reader's locale alone, as `text`: no age, which would stand still. */
  cell?(props: CellProps<Row>): ComponentChildren;
}

/** A cell as it goes to the browser; what is absent is as the text alone. */
export interface DrawnCell {
  readonly text: string;
  /** Drawn and escaped by Preact. */
  readonly html?: string;
  readonly key?: number | string;
  readonly same?: string;
  readonly trend?: Trend;
}

export interface PanelProps<Row extends Value = Value> {
  /** The actor's name: links to events are made of it (ui/addresses.ts). */
  readonly actor: string;
  readonly symbol: string;
  /** Of prices, as the market tells it; null where it does not. */
  readonly currency?: string | null;
  /**
   * Oldest first; the newest 500. Of a view that is `ranged` those of the range that the reader chose, all
   * of it: thinned by the actor's `history`, if it can, and older ones than its `whole` newest maybe without what
   * no chart draws.
   */
  readonly rows: readonly Row[];
  /** Of a view that is `ranged`. */
  readonly frame?: Frame<Row>;
}

/**
 * Functions are methods, so that a view may name the rows it gets:
 * `export default { …, panel({ rows }: PanelProps<Row>) { … } } satisfies View`.
 */
export interface View {
  /** Columns and panels stand in ascending order; 100 for a folder without a view. */
  readonly order: number;
  /** Its section's title on a symbol's page: short. */
  readonly heading: string;
  /** How many rows of history the cells want, for a sparkline; 0 for none. */
  readonly recent: number;
  /** Its columns of the watchlist, from the left. */
  readonly columns: readonly ViewColumn[];
  /** A value older than this is marked as stale while its schedule does not rest; never, unless told. */
  readonly staleAfterMs?: number;
  /** True if the panel shows a range of time that the reader chooses (1D, 5D, 1M, …). */
  readonly ranged?: boolean;
  /**
   * Of a view that is `ranged`: so many of the newest rows its panel shows whole, and of older ones only what a chart
   * draws, so that they may be told by that alone. All rows are whole, unless told.
   */
  readonly whole?: number;
  /** One section of a symbol's page. */
  panel(props: PanelProps): ComponentChildren;
}
