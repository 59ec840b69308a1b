/** The contract of an actor: one signal, from the market API to its rows. */
import type { Sql } from "postgres";
import type { z } from "zod";
import type { Market } from "../market/market.ts";

/** An instant as RFC 3339 in UTC with milliseconds, `2026-01-31T14:30:00.000Z`: sorts as text. */
export type Instant = string;

/** What `handle` receives: decoded, upgraded to the actor's version, and checked. */
export interface ActorEvent<Data> {
  /** Derived from what the event is, so that publishing it twice is harmless: `AAPL:2026-01-31T14:30:00.000Z`. */
  readonly id: string;
  /** Order is kept per symbol. */
  readonly symbol: string;
  /** Market time. */
  readonly at: Instant;
  readonly data: Data;
  readonly traceparent?: string;
}

/** What `produce` yields: whose event it is, is known. */
export type NewEvent<Data> = Omit<ActorEvent<Data>, "symbol" | "traceparent">;

/** An event as it is read back, flat: a row of the history, and the newest of them the latest value. */
export interface Value {
  readonly symbol: string;
  readonly at: Instant;
  /**
   * When the market told it so: of two values of one instant the one that was told later is right, the other
   * was corrected. Missing or null: told before all others.
   */
  readonly told_at?: Instant | null;
  readonly [field: string]: unknown;
}

export interface HistoryQuery {
  readonly symbol: string;
  /** Both ends belong to the window. */
  readonly from?: Instant;
  readonly to?: Instant;
  /** The most rows; the newest ones are kept. */
  readonly limit: number;
  /**
   * All of the window in at most so many rows, each stretch's extremes among them: then `limit` is of no
   * account. An actor that cannot thin does not look at this and is served by `limit`.
   */
  readonly points?: number;
  /**
   * With `points`: so many of the newest rows, all that there are, have to be whole; of older ones it is enough
   * to tell what a chart draws. Without it all rows are whole.
   */
  readonly whole?: number;
}

export interface RecentQuery {
  readonly symbols: readonly string[];
  /** The most rows of each symbol; the newest ones. */
  readonly limit: number;
}

/** A table whose old rows may go, by RETENTION_DAYS_<ACTOR> and THIN_AFTER_DAYS_<ACTOR>. */
export interface AgingTable {
  readonly table: string;
  /** The column of the time by which a row is old; `at` unless told. */
  readonly at?: string;
  /**
   * The column, as a rule `symbol`, that with `at` begins an index: of each key the newest row stays, however
   * old it is. Without it the table needs an index that begins with `at`.
   */
  readonly key?: string;
  /**
   * A column of numbers: of each key and quarter of an hour the first and last row stay, the lowest and the
   * highest. Without it, or without `key`, the table is never thinned.
   */
  readonly thinBy?: string;
  /** A column that spares a row from thinning where it is not null. */
  readonly spare?: string;
  /**
   * Another table, to which each hour of a key is rolled up by `thinBy` a day after its end, so that long windows
   * are read from few rows: the key, `hour`, `first` and `last` (of `at`), `opening` and `closing` (what was told then),
   * `low`, `low_at`, `high`, `high_at`. What comes later is rolled up once more: only hours that end by
   * `least(done_to, run_from, again_from)`, of the table's row in `thinning`, hold all that is stored.
   */
  readonly rollInto?: string;
}

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface ProduceContext {
  readonly market: Market;
  /** The newest known value of the symbol, to ask the market only for what came after it. */
  latest(): Promise<Value | undefined>;
  /** When this scan started. */
  readonly now: Date;
  /** Aborts when the scan is to stop. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface HandleContext {
  readonly sql: Sql;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** An event of another actor's stream, as an observer gets it. */
export interface ConsumedEvent {
  /** Whose it is. */
  readonly actor: string;
  readonly id: string;
  readonly symbol: string;
  /** Market time. */
  readonly at: Instant;
  /** When the broker took it. */
  readonly published_at: Instant;
  /** A JSON object that nobody has checked: its schema is the other actor's. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An actor that scans nothing: it consumes the streams of others, in a group of its own name. */
export interface Observer {
  /** The name of its folder; also of its consumer group. */
  readonly name: string;
  /** For people: `Alerts`. */
  readonly title: string;
  readonly description: string;
  /** The actors whose streams it consumes; one that is not there has an empty stream. */
  readonly consumes: readonly string[];
  readonly permissions: { readonly net: readonly string[] };
  /**
   * Handles a batch, in order, each event of one symbol after those before it. What is not as it should be it
   * skips: to say so is for the actor whose event it is. Resolves to its own latest values, if there are new ones.
   * Fails, and is run twice, as an actor's `handle`.
   */
  observe(
    events: readonly ConsumedEvent[],
    ctx: HandleContext,
  ): Promise<readonly Value[]>;
  /** Rows of its own of a symbol, as an actor's. */
  history(sql: Sql, query: HistoryQuery): Promise<Value[]>;
  /** As an actor's. */
  readonly retention?: readonly AgingTable[];
}

export interface Actor<Data extends object = Record<string, unknown>> {
  /** The name of its folder; also of its stream, its consumer group and its path in the API. */
  readonly name: string;
  /** For people: `Price quotes`. */
  readonly title: string;
  readonly description: string;
  /** Five fields, UTC, weekdays by name: `*\/5 * * * MON-FRI`. SCHEDULE_<ACTOR> overrides it. */
  readonly schedule: string;
  /** True if its schedule rests while the market is closed. */
  readonly marketHours?: boolean;
  /** The version of `schema`, written into every event. */
  readonly version: number;
  /** Checks the data of an event. One name per field everywhere: event, column, JSON, CSV header. */
  readonly schema: z.ZodType<Data>;
  /** From version n to n + 1, so that a replay across a release works. */
  readonly upgrades?: Readonly<Record<number, (data: unknown) => unknown>>;
  readonly permissions: {
    /** `market` for the market API that is configured, or `host:port` of its own API. */
    readonly net: readonly string[];
  };
  /** Yields what the market tells of one symbol, oldest first. A throw fails this symbol alone. */
  produce(symbol: string, ctx: ProduceContext): AsyncIterable<NewEvent<Data>>;
  /**
   * Writes a batch, in order, with one statement. Running it twice is harmless. The latest values follow
   * from the batch and are set when it returns.
   * Returns: acknowledged. Throws: retried. Throws `PermanentError`: dead letter.
   */
  handle(
    events: readonly ActorEvent<Data>[],
    ctx: HandleContext,
  ): Promise<void>;
  /**
   * How many calls of `handle` may be under way at a time, each over a connection of its own; 1 unless told, 8
   * at most. With more, PostgreSQL need not wait for this actor while many events wait; whatever order they end
   * in, the outcome has to be the same.
   */
  readonly handlesAtOnce?: number;
  /** Rows of a symbol, oldest first. The newest one is its latest value where Redis has lost that. */
  history(sql: Sql, query: HistoryQuery): Promise<Value[]>;
  /**
   * The newest rows of many symbols, each symbol's oldest first: what the watchlist's pictures are drawn
   * from; fields that no cell draws may be left out. Without it `history` is asked for one symbol after the
   * other, which 500 of them feel.
   */
  recent?(sql: Sql, query: RecentQuery): Promise<Value[]>;
  /** Its tables whose old rows go where the settings say so; what it does not name is kept for ever. */
  readonly retention?: readonly AgingTable[];
}

/** Thrown by a handler for an event that no retry can help: it becomes a dead letter at once. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/** Checks an observer's shape at compile time. */
export function defineObserver(observer: Observer): Observer {
  return observer;
}

/** Checks an actor's shape at compile time and infers the type of its data from its schema. */
export function defineActor<Data extends object>(
  actor: Actor<Data>,
): Actor<Data> {
  return actor;
}
