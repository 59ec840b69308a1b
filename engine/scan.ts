/** A scan: an actor's `produce` over the watchlist, published in batches. */
import type { Broker, Message } from "../broker/broker.ts";
import type { Actor, Log, Value } from "./actor.ts";
import type { Market } from "../market/market.ts";
import { MarketRefusedError } from "../market/market.ts";
import { unlessAborted } from "../wait.ts";
import { encode, newTraceparent } from "./envelope.ts";
import { explain } from "./log.ts";
import type { ScanResult } from "./status.ts";

export interface ScanOptions {
  readonly actor: Actor;
  readonly broker: Broker;
  readonly market: Market;
  /** The newest known value of a symbol. */
  readonly latest: (symbol: string) => Promise<Value | undefined>;
  readonly symbols: readonly string[];
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How many symbols are asked for at the same time; the market's rate limit holds all the same. */
const lanes = 4;
const batchSize = 500;

/**
 * Scans the symbols, each on its own: one that fails does not stop the others.
 * @throws {MarketRefusedError} if the market refuses the key
 */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const { symbols, log } = options;
  const traceparent = newTraceparent();
  const waiting = [...symbols];
  const failed: Record<string, string> = {};
  let published = 0;
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
        failed[symbol] = explain(error);
        log.warn("a symbol could not be scanned", {
          symbol,
          error: failed[symbol],
        });
      }
    }
  };
  const scanned = Promise.all(Array.from({ length: lanes }, lane));
  // Whether or not the actor heeds the signal: a schedule must not stand still.
  await unlessAborted(scanned, options.signal);
  return { published, failed };
}

async function scanSymbol(
  options: ScanOptions,
  symbol: string,
  traceparent: string,
): Promise<number> {
  const { actor, broker, market, latest, signal, log } = options;
  const context = {
    market,
    latest: () => latest(symbol),
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
  for await (const event of actor.produce(symbol, context)) {
    batch.push(encode(actor, { ...event, symbol, traceparent }));
    if (batch.length >= batchSize) await flush();
  }
  await flush();
  return published;
}
