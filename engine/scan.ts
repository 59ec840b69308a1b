/** The scan of one symbol, in its actor's isolate: `produce`, and what it yields published in batches. */
import type { Broker, Message } from "../broker/broker.ts";
import {
  type CallOutcome,
  isMarketFailure,
  type Market,
  MarketRefusedError,
  type RateLimit,
  SymbolRefusedError,
  UnknownSymbolError,
} from "../market/market.ts";
import { unlessAborted } from "../wait.ts";
import type { Actor, Log, Value } from "./actor.ts";
import { encode } from "./envelope.ts";
import { keepCalls } from "./kept_calls.ts";
import { explain } from "./log.ts";
import { currentTraceparent, inSpan, tracedMarket } from "./spans.ts";
import type { SymbolScan } from "./status.ts";

export interface ScanOptions {
  readonly actor: Actor;
  readonly broker: Broker;
  /** The market, asking this limit before every call. */
  readonly market: (limit: RateLimit) => Market;
  readonly limit: RateLimit;
  /** The newest known value of the symbol. */
  readonly latest: () => Promise<Value | undefined>;
  readonly symbol: string;
  /** Carried by the events: one for all symbols of a scan. */
  readonly traceparent: string;
  /** True for what is no symbol's fault: a server that is away. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** For tests. */
  readonly patience?: Patience;
}

/** Waiting for the quota counts for neither. In milliseconds. */
export interface Patience {
  /** How long a producer may take in all, … */
  readonly wholeMs: number;
  /** … and without an event or a call to the market. */
  readonly stillMs: number;
}

const patience: Patience = { wholeMs: 300_000, stillMs: 60_000 };
const batchSize = 500;

/**
 * Scans the symbol; what is its own fault, or the producer's, is the outcome.
 * @throws {MarketRefusedError} if the market refuses the key; and what says that a server is away
 */
export async function scan(options: ScanOptions): Promise<SymbolScan> {
  const { signal, symbol, log, isUnavailable } = options;
  const watch = watchProgress(options.patience ?? patience, signal);
  const calls: Partial<Record<CallOutcome, number>> = {};
  const kept = keepCalls();
  let published = 0;
  const tell = (outcome: SymbolScan["outcome"], error: string | null) => ({
    outcome,
    error,
    published,
    calls,
    market_calls: kept.calls(),
    ...watch.times(),
  });
  try {
    const limit = meter(options.limit, { watch, calls, kept });
    const needs = {
      parent: options.traceparent,
      attributes: { "signalbox.symbol": symbol },
    };
    const done = (count: number) => {
      published += count;
      watch.made();
    };
    const publishing = inSpan(
      `produce ${options.actor.name}`,
      needs,
      () => publish(options, limit, watch.signal, done),
    );
    // Whether or not the actor heeds the signal: a scan must not stand still.
    await unlessAborted(publishing, watch.signal);
    return tell("ok", null);
  } catch (error) {
    signal.throwIfAborted();
    if (isUnavailable(error) || isKeyRefused(error)) throw error;
    const told = explain(error);
    log.warn("a symbol could not be scanned", { symbol, error: told });
    return tell(outcomeOf(error), told);
  } finally {
    watch.stop();
  }
}

const isKeyRefused = (error: unknown): boolean =>
  error instanceof MarketRefusedError && !(error instanceof SymbolRefusedError);

function outcomeOf(error: unknown): SymbolScan["outcome"] {
  if (error instanceof SymbolRefusedError) return "refused";
  if (error instanceof UnknownSymbolError) return "unknown";
  return isMarketFailure(error) ? "unavailable" : "failed";
}

/** @param done called with how many events the broker has, after each batch */
async function publish(
  { actor, broker, market, latest, symbol, traceparent, log }: ScanOptions,
  limit: RateLimit,
  signal: AbortSignal,
  done: (count: number) => void,
): Promise<void> {
  const context = {
    market: tracedMarket(market(limit)),
    latest,
    now: new Date(),
    signal,
    log,
  };
  let batch: Message[] = [];
  const flush = async () => {
    if (batch.length) await inPublish(broker, actor.name, batch);
    done(batch.length);
    batch = [];
  };
  for await (const event of actor.produce(symbol, context)) {
    batch.push(encode(actor, { ...event, symbol, traceparent }));
    if (batch.length >= batchSize) await flush();
  }
  await flush();
}

/** Each message then says that this span published it. */
async function inPublish(
  broker: Broker,
  topic: string,
  batch: readonly Message[],
): Promise<void> {
  const attributes = {
    "messaging.system": broker.name,
    "messaging.operation.type": "send",
    "messaging.destination.name": topic,
    "messaging.batch.message_count": batch.length,
  };
  await inSpan(`publish ${topic}`, { kind: "producer", attributes }, () => {
    const traceparent = currentTraceparent();
    return broker.publish(
      topic,
      traceparent === undefined ? batch : batch.map((message) => ({
        ...message,
        attributes: { ...message.attributes, traceparent },
      })),
    );
  });
}

interface Counted {
  readonly watch: Watch;
  readonly calls: Partial<Record<CallOutcome, number>>;
  readonly kept: ReturnType<typeof keepCalls>;
}

/** The limit, with every call counted and kept, and the time in which it made the producer wait. */
function meter(limit: RateLimit, counted: Counted): RateLimit {
  const { watch, calls, kept } = counted;
  return {
    take: (signal) => watch.waiting(limit.take(signal)),
    async pause(ms) {
      await limit.pause?.(ms);
    },
    called(call) {
      calls[call.outcome] = (calls[call.outcome] ?? 0) + 1;
      limit.called?.(call);
      kept.note(call);
      watch.made();
    },
    ride: (turn) => watch.waiting(turn),
    rode(call) {
      kept.note(call);
      watch.made();
    },
    for: (provider) => meter(limit.for?.(provider) ?? limit, counted),
  };
}

type Watch = ReturnType<typeof watchProgress>;

/** A deadline that stands still while the quota is waited for. */
function watchProgress(
  { wholeMs, stillMs }: Patience,
  outer: AbortSignal,
) {
  const late = new AbortController();
  const beganAt = performance.now();
  let madeAt = beganAt;
  let waitedMs = 0;
  let waits = 0;
  let waitsSince = 0;
  const waited = () => waits ? performance.now() - waitsSince : 0;
  const times = () => {
    const waited_ms = Math.round(waitedMs + waited());
    const allMs = Math.round(performance.now() - beganAt);
    return { duration_ms: Math.max(0, allMs - waited_ms), waited_ms };
  };
  const look = () => {
    if (waits) return;
    if (performance.now() - madeAt > stillMs) {
      late.abort(new Error(`it made no progress for ${stillMs} ms`));
    } else if (times().duration_ms > wholeMs) {
      late.abort(new Error(`it took longer than ${wholeMs} ms`));
    }
  };
  const looking = setInterval(look, Math.min(1_000, stillMs / 4, wholeMs / 4));
  return {
    signal: AbortSignal.any([outer, late.signal]),
    made: () => void (madeAt = performance.now()),
    times,
    async waiting<T>(work: Promise<T>): Promise<T> {
      if (waits++ === 0) waitsSince = performance.now();
      try {
        return await work;
      } finally {
        if (waits === 1) waitedMs += waited();
        waits--;
        madeAt = performance.now();
      }
    },
    stop: () => clearInterval(looking),
  };
}
