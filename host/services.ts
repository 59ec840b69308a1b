/** What the routes may ask of the running system: `ctx.state.services`, put there by `main.ts`. */
import type { Sql } from "postgres";
import type {
  Actor,
  HistoryQuery,
  HistoryRow,
  LatestValue,
  Log,
} from "../engine/actor.ts";
import type { Broker, Durability } from "../broker/broker.ts";
import type { Market } from "../market/market.ts";
import type { DeadLetterStore } from "../db/dead_letters.ts";
import type { Watchlist } from "../db/watchlist.ts";
import type { Incident } from "../db/incidents.ts";
import type { Change } from "../db/latest.ts";
import type { View } from "../ui/view.ts";

export type { Change };

export type IsolateState =
  | "starting"
  | "running"
  | "restarting"
  | "failed"
  | "stopping"
  | "stopped";

export interface IsolateStatus {
  readonly replica: number;
  /** Its consumer's name in the group. */
  readonly consumer: string;
  readonly state: IsolateState;
  /** RFC 3339 UTC; null while it is not running. */
  readonly startedAt: string | null;
  readonly uptimeMs: number | null;
  readonly restarts: number;
  readonly lastError:
    | { message: string; stack: string | null; at: string }
    | null;
  /** Milliseconds since its last read of the stream completed; null before the first. */
  readonly lastReadAgeMs: number | null;
  readonly heartbeatAgeMs: number | null;
  /** Events handled and dead letters made since this isolate started. */
  readonly handled: number;
  readonly deadLettered: number;
}

export interface ReplayStatus {
  readonly id: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  readonly from: string | null;
  readonly to: string | null;
  readonly done: number;
  readonly total: number | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly error: string | null;
}

export interface ScheduleStatus {
  readonly cron: string;
  readonly marketHours: boolean;
  /** RFC 3339 UTC. */
  readonly next: string | null;
  readonly lastCompleted: string | null;
  /** Why it does not scan now, for people: `the market is closed`, `paused`, `lag 120000 is over 100000`. */
  readonly waiting: string | null;
  readonly lastError: string | null;
}

export interface ActorStatus {
  readonly name: string;
  readonly title: string;
  readonly state: "running" | "degraded" | "failed" | "paused" | "stopped";
  readonly paused: boolean;
  readonly schedule: ScheduleStatus;
  readonly lag: number | null;
  readonly pending: number | null;
  readonly depth: number | null;
  readonly trimmed: number;
  readonly deadLetters: number;
  readonly isolates: readonly IsolateStatus[];
  readonly replay: ReplayStatus | null;
}

export interface ScanResult {
  readonly published: number;
  /** Symbols that could not be scanned, with the reason. */
  readonly failed: Readonly<Record<string, string>>;
}

export interface Health {
  readonly ready: boolean;
  /** Empty if ready: one sentence for each reason. */
  readonly reasons: readonly string[];
  readonly durability: Durability | null;
}

/** An actor folder that could not be loaded; the others run. */
export interface BrokenActor {
  readonly name: string;
  readonly error: string;
}

export interface Services {
  readonly version: string;
  readonly market: Market;
  readonly brokerName: string;
  readonly accessToken: string | null;
  /** By name, in the order in which the dashboard shows them. */
  readonly actors: ReadonlyMap<string, Actor>;
  readonly broken: readonly BrokenActor[];
  /** How each actor looks on a page, by name, in the order in which the dashboard shows them. */
  readonly views: ReadonlyMap<string, View>;
  readonly broker: Broker;
  readonly sql: Sql;
  readonly watchlist: Watchlist;
  readonly deadLetters: DeadLetterStore;
  /** Where the routes report what a client is not told; the console without it. */
  readonly log?: Log;
  /** The cached latest values of a signal, by symbol; of the symbols given, or of all. */
  latest(
    signal: string,
    symbols?: readonly string[],
  ): Promise<Map<string, LatestValue>>;
  history(signal: string, query: HistoryQuery): Promise<HistoryRow[]>;
  /** The status of every actor on this host. */
  status(): Promise<ActorStatus[]>;
  pause(actor: string): Promise<void>;
  resume(actor: string): Promise<void>;
  restart(actor: string): Promise<void>;
  /** Scans now, out of schedule. @throws {ScanRefusedError} while the actor is paused or failed. */
  scan(actor: string, symbols?: readonly string[]): Promise<ScanResult>;
  /** Starts a replay in the background. @throws {ScanRefusedError} if one runs already. */
  replay(
    actor: string,
    window: { from?: Date | string; to?: Date | string },
  ): Promise<ReplayStatus>;
  /** Takes over, now, what dead consumers left pending; resolves to how many entries. */
  claim(actor: string): Promise<number>;
  incidents(limit: number): Promise<Incident[]>;
  health(): Promise<Health>;
  metrics(): Promise<string>;
  /** Aborts when this host is leaving: streams to browsers end. */
  readonly leaving: AbortSignal;
  /** Calls back for every new latest value until the function it returns is called. */
  onChange(listener: (change: Change) => void): () => void;
}

/** The actor cannot do this now; the message says why and what to do. Routes answer 409. */
export class ScanRefusedError extends Error {
  override readonly name = "ScanRefusedError";
}

/** What this needs is not there yet, or not reached now; the message says what. Routes answer 503. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}
