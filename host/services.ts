/** What pages and endpoints may ask of this host, by use case: each takes the parts that it uses. */
import type { Broker } from "../broker/broker.ts";
import type { AlertStore } from "../db/alerts.ts";
import type { Change } from "../db/latest.ts";
import type { DeadLetterChoice, DeadLetterStore } from "../db/dead_letters.ts";
import type { Incident } from "../db/deployment.ts";
import type { Redriven } from "../db/redrive.ts";
import type { EndedSessions } from "../db/sessions.ts";
import type { List } from "../db/lists.ts";
import type { Storage } from "../db/table_sizes.ts";
import type { WatchlistEntry } from "../db/watchlist.ts";
import type { HistoryQuery, Log, Value } from "../engine/actor.ts";
import type { RecentOf } from "./recent.ts";
import type {
  ActorDescription,
  ObserverDescription,
  ScanCaller,
} from "../engine/protocol.ts";
import type {
  ActorStatus,
  BrokenActor,
  QuotaStatus,
  ReplayStatus,
  ScanResult,
  SymbolState,
} from "../engine/status.ts";
import type { Listing } from "../market/market.ts";
import type { View } from "../ui/view.ts";
import type { EventWays } from "./event_ways.ts";
import type { Health } from "./health.ts";
import type { Pipeline } from "./pipeline.ts";

export interface About {
  readonly version: string;
  /** `redis` or `kafka`. */
  readonly broker: string;
  /** `finnhub` or `demo`. */
  readonly market: string;
  readonly accessToken: string | null;
  /** How many may follow the events at a time: in all, and from one address. */
  readonly eventClients: { readonly all: number; readonly anAddress: number };
}

/** The actors that run here, by name, in the order in which the dashboard shows them. */
export interface Catalog {
  readonly actors: ReadonlyMap<string, ActorDescription>;
  /** The actors that scan nothing, but consume the streams of others. */
  readonly observers: ReadonlyMap<string, ObserverDescription>;
  /** How each of `actors` looks on a page, in the same order. */
  readonly views: ReadonlyMap<string, View>;
  readonly broken: readonly BrokenActor[];
}

export interface Values {
  /**
   * The cached latest values of an actor, by symbol; of the symbols given, or of all.
   * @throws {NotReadyError} if Redis refuses to tell them
   */
  latest(
    actor: string,
    symbols?: readonly string[],
  ): Promise<Map<string, Value>>;
  /**
   * Asked of the actor's isolate; oldest first.
   * @param withinMs how long to wait for it; 10 s unless told
   * @throws {NotReadyError} if there is no isolate that answers in time, or its server is away
   */
  history(
    actor: string,
    query: HistoryQuery,
    withinMs?: number,
  ): Promise<Value[]>;
  /**
   * The newest `limit` rows of each of many symbols, oldest first, asked of the actor's isolate at once, and
   * kept for a minute while the latest value is the same.
   * @throws {NotReadyError} as `history` does
   */
  recent(
    actor: string,
    query: RecentOf,
    withinMs: number,
  ): Promise<ReadonlyMap<string, readonly Value[]>>;
  /** Calls back for every new latest value until the function it returns is called. */
  onChange(listener: (change: Change) => void): () => void;
}

export interface Added {
  readonly entry: WatchlistEntry;
  /** False if it was there. */
  readonly added: boolean;
  /** Why the market could not be asked about it; null if it was. */
  readonly warning: string | null;
}

/** What became of one of many, or of a text that may be a name. */
export interface Outcome {
  /** As it came. */
  readonly given: string;
  /**
   * `known`: it was on the list already. `unknown`: the market knows nothing of it, or it can be no symbol.
   * `ambiguous`: it may be each of `choices`. `refused`: there is no room, or the market cannot be asked.
   */
  readonly outcome: "added" | "known" | "unknown" | "ambiguous" | "refused";
  /** The symbol that it stands for; null if it is none. */
  readonly symbol: string | null;
  /** The list that it was for. */
  readonly list: number;
  /** The company, as far as it is known. */
  readonly name: string | null;
  /** Of what is on the list now: false until the market has told of it. */
  readonly confirmed: boolean | null;
  /** Why it was not added, or why it was without asking the market; null if there is nothing to say. */
  readonly reason: string | null;
  /** What may be meant; where it is unknown, what is written much like it. */
  readonly choices: readonly Listing[];
}

/** Where a symbol is added. */
export interface Target {
  /** The default list unless told. */
  readonly list?: number | undefined;
  /** Where it stood before it was removed; the end of the list unless told. */
  readonly place?: number | undefined;
}

/** Of one list, or, where none is named, the default one. Unless said otherwise: @throws {NoListError} */
export interface Watching {
  /** Of one list, in its own order; without one, every symbol that is scanned, once. */
  list(list?: number): Promise<WatchlistEntry[]>;
  /** Of one list, or of any; undefined if it is not on it. */
  find(symbol: string, list?: number): Promise<WatchlistEntry | undefined>;
  /**
   * Adds a symbol that the market knows, and starts scanning it; waits for no scan. A market that cannot
   * be asked is no reason to refuse it: it is confirmed later.
   * @throws {UnknownSymbolError} @throws {WatchlistFullError}
   */
  add(symbol: string, target?: Target): Promise<Added>;
  /** Adds what a person typed: a symbol, or a name of which one company is the clear match. */
  addTyped(text: string, target?: Target): Promise<Outcome>;
  /**
   * Adds many, in their order. A few are asked about at once; of more, the market confirms each later.
   * What is no symbol is `unknown`.
   */
  addMany(given: readonly string[], target?: Target): Promise<Outcome[]>;
  /**
   * Adds what was pasted: symbols between commas, spaces and lines, or CSV with a column `symbol`, and
   * perhaps `list`: those lists are made if they are not there.
   * @throws {ListRefusedError} if there are too many lists
   */
  addText(text: string, target?: Target): Promise<Outcome[]>;
  /** Puts a symbol before another one, or to the end. @throws {NotListedError} */
  move(symbol: string, before: string | null, list?: number): Promise<void>;
  /** False if it was not there. Another list keeps it. */
  remove(symbol: string, list?: number): Promise<boolean>;
  /** What the market finds by a name or a part of one. */
  search(query: string, signal?: AbortSignal): Promise<Listing[]>;
  /** The named lists, the default one first. */
  lists(): Promise<List[]>;
  /** @throws {ListRefusedError} if there is one of that name, or too many */
  createList(name: string): Promise<List>;
  /** @throws {ListRefusedError} if another one has that name */
  renameList(id: number, name: string): Promise<void>;
  /** What was on no other list is scanned no more. @throws {ListRefusedError} for the default list */
  deleteList(id: number): Promise<void>;
}

/** What people want to be told of, and what was told. */
export type Alerts = AlertStore;

export interface DeadLetters
  extends Pick<DeadLetterStore, "page" | "count" | "get" | "remove"> {
  /** Whoever lists them has seen them: health tells of none but those that come later. */
  noteSeen(): Promise<void>;
  /**
   * Sends them through the stream again; what becomes of them is told by their state.
   * @param by who does, for their history
   * @throws {NoDeadLetterError} before anything is sent, if an id is not there
   */
  redrive(choice: DeadLetterChoice, by: string): Promise<Redriven>;
}

/** The streams, to look at. */
export type Streams = Pick<
  Broker,
  "name" | "features" | "depth" | "groups" | "pending" | "read"
>;

/** What an actor can be told. Each throws a `RefusedError` where its message says why it cannot be done now. */
export interface Commands {
  pause(actor: string): Promise<void>;
  resume(actor: string): Promise<void>;
  restart(actor: string): Promise<void>;
  /**
   * Scans now, out of schedule and before it: the symbols given, or the watchlist.
   * @param by who wants it; a person unless told
   * @throws {MarketRefusedError | MarketUnavailableError} if not one of them could be scanned, for such a reason
   */
  scan(
    actor: string,
    symbols?: readonly string[],
    by?: ScanCaller,
  ): Promise<ScanResult>;
  /** Starts a replay in the background. */
  replay(
    actor: string,
    window: { from?: Date | string; to?: Date | string },
  ): Promise<ReplayStatus>;
  /** Takes over, now, what dead consumers left pending; resolves to how many entries. */
  claim(actor: string): Promise<number>;
}

export interface Scans {
  /** How the newest scan of each symbol ended; of the symbols given, or of all. One that never was is missing. */
  of(
    actor: string,
    symbols?: readonly string[],
  ): Promise<Map<string, SymbolState>>;
}

export interface Status {
  /** Of every actor on this host. */
  actors(): Promise<ActorStatus[]>;
  /** What the market allows; null for one without a limit, and while it cannot be told. */
  quota(): Promise<QuotaStatus | null>;
  health(): Promise<Health>;
  incidents(limit: number): Promise<Incident[]>;
  /** What the tables take on the disk. */
  storage(): Promise<Storage>;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

export interface Services {
  readonly about: About;
  readonly catalog: Catalog;
  readonly values: Values;
  readonly watching: Watching;
  readonly alerts: Alerts;
  readonly deadLetters: DeadLetters;
  /** @throws {NotReadyError} until the broker was reached */
  readonly streams: Streams;
  readonly commands: Commands;
  readonly scans: Scans;
  /** Where values come from, and the way of single events. */
  readonly events: EventWays;
  readonly status: Status;
  /** How the actors fared, and what happened. */
  readonly pipeline: Pipeline;
  /** Which sessions of the dashboard a logout has ended. */
  readonly sessions: EndedSessions;
  readonly log: Log;
  /** Aborts when this host is leaving: streams to browsers end. */
  readonly leaving: AbortSignal;
}

/** What this needs is not there yet, or not reached now; the message says what. The API answers 503. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

/** The latest values, or none if they cannot be read: that is no page's fault, and health says why. */
export async function readableLatest(
  values: Pick<Values, "latest">,
  ...asked: Parameters<Values["latest"]>
): Promise<Map<string, Value>> {
  try {
    return await values.latest(...asked);
  } catch (error) {
    if (error instanceof NotReadyError) return new Map();
    throw error;
  }
}
