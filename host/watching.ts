/** The watchlist as people and programs use it: a symbol is asked for, added, and scanned at once. */
import type { LatestCache } from "../db/latest.ts";
import type { Watchlist } from "../db/watchlist.ts";
import type { Log } from "../engine/actor.ts";
import { RefusedError } from "../engine/supervisor.ts";
import {
  type Market,
  MarketRefusedError,
  MarketUnavailableError,
} from "../market/market.ts";
import type { Added, Commands, Watching } from "./services.ts";

/** How long the market may take to tell whether it knows a symbol, in milliseconds. */
const askWithinMs = 8_000;

export interface WatchingParts {
  readonly watchlist: Watchlist;
  readonly cache: Pick<LatestCache, "remove">;
  readonly market: Market;
  /** The names of the actors that run here now. */
  readonly actors: () => string[];
  readonly scan: Commands["scan"];
  readonly log: Log;
}

export function createWatching(parts: WatchingParts): Watching {
  const { watchlist, cache, market, actors } = parts;
  return {
    list: () => watchlist.list(),
    add: (symbol) => add(parts, symbol),
    async remove(symbol) {
      const removed = await watchlist.remove(symbol);
      // What nobody watches any more is not told as the latest either.
      await cache.remove(symbol, actors());
      return removed;
    },
    search: (query, signal) => market.search(query, signal ? { signal } : {}),
  };
}

async function add(parts: WatchingParts, symbol: string): Promise<Added> {
  const { watchlist, market } = parts;
  const find = async () =>
    (await watchlist.list()).find((entry) => entry.symbol === symbol);
  const there = await find();
  if (there) return { entry: there, added: false, warning: null };
  const warning = await ask(market, symbol);
  const added = await watchlist.add(symbol);
  if (added) scanSoon(parts, symbol);
  // Whoever removes it in between does not make the adding a failure.
  const added_at = new Date().toISOString();
  return { entry: await find() ?? { symbol, added_at }, added, warning };
}

/**
 * Asks the market whether there is such a symbol. Resolves to a warning if it could not be asked:
 * a provider that is down for a minute is no reason to refuse a symbol.
 * @throws {UnknownSymbolError}
 */
async function ask(market: Market, symbol: string): Promise<string | null> {
  try {
    await market.quotes(symbol, { signal: AbortSignal.timeout(askWithinMs) });
    return null;
  } catch (error) {
    if (!isMarketAway(error)) throw error;
    return `Added without asking whether ${market.name} knows ${symbol}: ` +
      error.message;
  }
}

/** True if the market could not be asked, which says nothing about the symbol. */
function isMarketAway(error: unknown): error is Error {
  return error instanceof MarketUnavailableError ||
    error instanceof MarketRefusedError ||
    error instanceof DOMException &&
      ["TimeoutError", "AbortError"].includes(error.name);
}

/** Starts a scan of one symbol with every actor, and waits for none: a new row fills within seconds. */
function scanSoon(
  { actors, scan, log }: WatchingParts,
  symbol: string,
): void {
  for (const actor of actors()) {
    scan(actor, [symbol]).catch((error) => {
      // A paused actor scans the symbol when it is resumed.
      if (error instanceof RefusedError) return;
      log.error("a new symbol was not scanned", { actor, symbol, error });
    });
  }
}
