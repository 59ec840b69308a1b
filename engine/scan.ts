/** A scan: an actor's `produce` over the watchlist, published in batches. */
import type { Broker, Message } from "../broker/broker.ts";
import type { Actor, LatestValue, Log } from "./actor.ts";
import type { Market } from "../market/market.ts";
import { MarketRefusedError } from "../market/market.ts";
import { encode, newTraceparent } from "./envelope.ts";
import { explain } from "./log.ts";
import type { ScanResult } from "../host/services.ts";

export interface ScanOptions {
  readonly actor: Actor;
  readonly broker: Broker;
  readonly market: Market;
  readonly latest: (symbol: string) => Promise<LatestValue | undefined>;
  readonly symbols: readonly string[];
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How many symbols are asked for at the same time; the market's rate limit holds all the same. */
const lanes = 4;
const batchSize = 500;

/**
 * Scans the symbols, each on its own: one that fails does not stop the others.
 * @throws {Error} if the market refuses the key, or if every symbol failed.
 */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const { symbols, actor, log } = options;
  const traceparent = newTraceparent();
  const waiting = [...symbols];
  const failed: Record<string, string> = {};
  let published = 0;
  let lastError: unknown;
  const lane = async () => {
    for (
      let symbol = waiting.shift();
      symbol !== undefined;
      symbol = waiting.shift()
    ) {
      try {
        // Not `published += await …`: other lanes add to it meanwhile.
        const count = await scanSymbol(options, symbol, traceparent);
        published += count;
      } catch (error) {
        options.signal.throwIfAborted();
        if (error instanceof MarketRefusedError) throw error;
        failed[symbol] = explain(lastError = error);
        log.warn("a symbol could not be scanned", {
          symbol,
          error: failed[symbol],
        });
      }
    }
  };
  const scanned = Promise.all(Array.from({ length: lanes }, lane));
  await unlessAborted(scanned, options.signal);
  if (
    symbols.length && Object.keys(failed).length === symbols.length &&
    symbols.length > 1
  ) {
    throw new Error(`no symbol could be scanned by ${actor.name}`, {
      cause: lastError,
    });
  }
  return { published, failed };
}

/** Rejects as soon as the signal aborts, whether or not the work heeds it: a schedule must not stand still. */
async function unlessAborted(
  work: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function scanSymbol(
  options: ScanOptions,
  symbol: string,
  traceparent: string,
): Promise<number> {
  const { actor, broker, market, latest, signal, log } = options;
  const context = {
    symbols: [symbol],
    market,
    latest,
    now: new Date(),
    signal,
    log,
  };
  let batch: Message[] = [];
  let published = 0;
  const flush = async () => {
    if (batch.length) await broker.publish(actor.name, batch);
    published += batch.length;
    batch = [];
  };
  for await (const draft of actor.produce(context)) {
    batch.push(encode(actor, draft, traceparent));
    if (batch.length >= batchSize) await flush();
  }
  await flush();
  return published;
}
