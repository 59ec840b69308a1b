/** What happens when a symbol comes onto the watchlist, and when it leaves it. */
import type { Log } from "../engine/actor.ts";
import { RefusedError } from "../engine/supervisor.ts";
import { isMarketFailure, MarketUnavailableError } from "../market/market.ts";
import type { Catalog, Commands, Watching } from "./services.ts";
import type { Stores } from "./stores.ts";

interface Sources {
  readonly catalog: Catalog;
  readonly stores: Pick<Stores, "watchlist" | "cache" | "market" | "searched">;
  readonly commands: Pick<Commands, "scan">;
  readonly log: Log;
}

const askWithinMs = 4_000;
const searchWithinMs = 6_000;

export function createWatching(sources: Sources): Watching {
  const { catalog, stores: { watchlist, cache, searched } } = sources;
  const find = async (symbol: string) =>
    (await watchlist.list()).find((entry) => entry.symbol === symbol);
  return {
    list: () => watchlist.list(),
    async add(symbol) {
      const known = await find(symbol);
      if (known) return { entry: known, added: false, warning: null };
      const warning = await askMarket(sources, symbol);
      const added = await watchlist.add(symbol);
      if (added) scanSoon(sources, symbol);
      // Somebody else may have removed it since: it was added all the same.
      const entry = await find(symbol) ??
        { symbol, added_at: new Date().toISOString() };
      return { entry, added, warning };
    },
    async remove(symbol) {
      const removed = await watchlist.remove(symbol);
      // What nobody watches any more is not told as the latest either.
      await cache.remove(symbol, [...catalog.actors.keys()]);
      return removed;
    },
    async search(query, signal) {
      const late = AbortSignal.timeout(searchWithinMs);
      const either = signal ? AbortSignal.any([signal, late]) : late;
      try {
        return await searched.search(query, { signal: either });
      } catch (error) {
        if (!late.aborted) throw error;
        throw new MarketUnavailableError(
          `${searched.name} has not answered the search within ${
            searchWithinMs / 1000
          } s: try again`,
          { cause: error },
        );
      }
    },
  };
}

/**
 * Asks the market whether there is such a symbol. Resolves to a warning if it could not be asked:
 * a provider that is down for a minute is no reason to refuse a symbol.
 * @throws {UnknownSymbolError}
 */
async function askMarket(
  { stores: { market } }: Sources,
  symbol: string,
): Promise<string | null> {
  try {
    await market.quotes(symbol, { signal: AbortSignal.timeout(askWithinMs) });
    return null;
  } catch (error) {
    if (!isMarketFailure(error) && !isTimeout(error)) throw error;
    return `Added without asking whether ${market.name} knows ${symbol}: ` +
      error.message;
  }
}

function isTimeout(error: unknown): error is DOMException {
  return error instanceof DOMException &&
    (error.name === "TimeoutError" || error.name === "AbortError");
}

/** Starts a scan of one symbol with every actor, and waits for none: a new row fills within seconds. */
function scanSoon({ catalog, commands, log }: Sources, symbol: string): void {
  for (const actor of catalog.actors.keys()) {
    commands.scan(actor, [symbol], "new-symbol").catch((error) => {
      // A paused actor scans the symbol when it is resumed.
      if (error instanceof RefusedError) return;
      log.error("a new symbol was not scanned", { actor, symbol, error });
    });
  }
}
