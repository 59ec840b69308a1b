/** What an isolate does when it is asked to: reads a window of its stream again, scans a symbol. */
import type { BatchHandler, Broker } from "../broker/broker.ts";
import type { Actor, Observer } from "../engine/actor.ts";
import type { DeadLetterLedger } from "../engine/dead_letter.ts";
import type { FromIsolate, Requests } from "../engine/protocol.ts";
import { countFailures } from "../engine/replay.ts";
import { scan, type ScanOptions } from "../engine/scan.ts";
import type { ReplayOutcome, SymbolScan } from "../engine/status.ts";
import { insisting } from "../engine/suspects.ts";
import type { ActorStores } from "./actor_stores.ts";
import { scanning } from "./callers.ts";
import { unavailableServer } from "./unavailable.ts";

/** What a handler writes to; a replay counts what fails in a ledger of its own. */
export type HandlerStores = Pick<ActorStores, "sql" | "cache"> & {
  readonly deadLetters: DeadLetterLedger;
};

interface ReplayParts {
  readonly name: string;
  readonly broker: Broker;
  readonly stores: ActorStores;
  readonly handlerOver: (stores: HandlerStores) => BatchHandler;
  readonly say: (message: FromIsolate) => void;
  readonly signal: AbortSignal;
}

/** Reads the window again, into the live handler, and counts what fails. */
export async function replayNow(
  { name, broker, stores, handlerOver, say, signal }: ReplayParts,
  window: Requests["replay"],
  id: number,
): Promise<ReplayOutcome> {
  const counted = countFailures(stores.deadLetters, crypto.randomUUID());
  const { ledger, soFar } = counted;
  const handler = insisting(handlerOver({ ...stores, deadLetters: ledger }));
  const done = await broker.replay(name, handler, {
    ...windowOf(window),
    signal,
    onProgress: (done, total) =>
      say({ kind: "progress", id, done, total, failed: soFar().failed }),
  });
  return { done, ...soFar() };
}

interface ScanParts extends Pick<ScanOptions, "broker" | "signal" | "log"> {
  readonly request: Requests["scan"];
}

export async function scanNow(
  actor: Actor | Observer,
  { cache, market, limit, weight }: ActorStores,
  { request: { symbol, traceparent, by }, ...rest }: ScanParts,
): Promise<SymbolScan> {
  const { name } = actor;
  if ("consumes" in actor) {
    throw new Error(`${name} scans nothing: it reads what others publish`);
  }
  return await scan({
    ...rest,
    actor,
    market,
    limit: limit.of(scanning(by, name, weight)),
    symbol,
    traceparent,
    latest: async () => (await cache.get(name, [symbol])).get(symbol),
    isUnavailable: (error) => unavailableServer(error) !== null,
  });
}

function windowOf({ from, to }: Requests["replay"]) {
  const end = (value: string | number) =>
    typeof value === "number" ? new Date(value) : value;
  return {
    ...(from === undefined ? {} : { from: end(from) }),
    ...(to === undefined ? {} : { to: end(to) }),
  };
}
