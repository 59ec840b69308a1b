/** The contract of an actor: one signal, from the market API to its rows and its latest values. */
import type { Sql } from "postgres";
import type { z } from "zod";
import type { Market } from "../market/market.ts";

/** An instant as RFC 3339 in UTC with milliseconds, `2026-01-31T14:30:00.000Z`: sorts as text. */
export type Instant = string;

/** What `produce` yields. */
export interface Draft<Data> {
  /** Derived from what the event is, so that publishing it twice is harmless: `AAPL:2026-01-31T14:30:00.000Z`. */
  readonly id: string;
  /** The symbol; order is kept per key. */
  readonly key: string;
  /** Market time. */
  readonly at: Instant;
  readonly data: Data;
}

/** What `handle` receives: decoded, upgraded to the actor's version, and checked. */
export interface SignalEvent<Data> extends Draft<Data> {
  readonly traceparent?: string;
}

/** The newest known value of a symbol: `symbol`, `at`, and the fields of the event's data. */
export interface LatestValue {
  readonly symbol: string;
  readonly at: Instant;
  readonly [field: string]: unknown;
}

/** A row of history, in the same shape. */
export type HistoryRow = LatestValue;

export interface HistoryQuery {
  readonly symbol: string;
  /** Both ends belong to the window. */
  readonly from?: Instant;
  readonly to?: Instant;
  /** The most rows; the newest ones are kept. */
  readonly limit: number;
}

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface ProduceContext {
  /** The watchlist, or the part of it that this scan is for. */
  readonly symbols: readonly string[];
  readonly market: Market;
  /** The newest known value of a symbol, to ask the market only for what came after it. */
  latest(symbol: string): Promise<LatestValue | undefined>;
  /** When this scan started. */
  readonly now: Date;
  /** Aborts when the scan is to stop. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface HandleContext {
  readonly sql: Sql;
  readonly latest: {
    /** Stores each value unless the cache holds one that is as new or newer, by `at`. */
    set(values: readonly LatestValue[]): Promise<void>;
  };
  readonly signal: AbortSignal;
  readonly log: Log;
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
  /** Yields events for `ctx.symbols`, oldest first within a symbol. A throw is retried by the scheduler. */
  produce(ctx: ProduceContext): AsyncIterable<Draft<Data>>;
  /**
   * Writes a batch, in order, with one statement, then the latest values. Running it twice is harmless.
   * Returns: acknowledged. Throws: retried. Throws `PermanentError`: dead letter.
   */
  handle(
    events: readonly SignalEvent<Data>[],
    ctx: HandleContext,
  ): Promise<void>;
  /** The newest row per symbol, from PostgreSQL: rebuilds the cache when Redis has lost it. */
  latest(sql: Sql): Promise<LatestValue[]>;
  /** Rows of a symbol, oldest first. */
  history(sql: Sql, query: HistoryQuery): Promise<HistoryRow[]>;
}

/** Thrown by a handler for an event that no retry can help: it becomes a dead letter at once. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}

/** Checks an actor's shape at compile time and infers the type of its data from its schema. */
export function defineActor<Data extends object>(
  actor: Actor<Data>,
): Actor<Data> {
  return actor;
}
