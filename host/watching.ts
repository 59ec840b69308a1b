/** What happens when a symbol comes onto the watchlist, and when it leaves it. */
import { defaultList, ListRefusedError } from "../db/lists.ts";
import {
  type Listing,
  type Market,
  MarketUnavailableError,
} from "../market/market.ts";
import { createAddMany } from "./add_many.ts";
import { type AddTarget, addTyped } from "./add_typed.ts";
import { askMarket } from "./ask_market.ts";
import { createFirstScans, type FirstScans } from "./first_scans.ts";
import type { Added, Watching } from "./services.ts";
import type { Stores } from "./stores.ts";

type Sources = FirstScans & {
  readonly stores: Pick<
    Stores,
    "watchlist" | "lists" | "cache" | "market" | "searched"
  >;
};

const searchWithinMs = 6_000;

export function createWatching(sources: Sources): Watching {
  const { catalog, stores: { watchlist, lists, cache, market, searched } } =
    sources;
  const scanSoon = createFirstScans(sources);
  const add = (symbol: string, target: AddTarget = {}) =>
    addSymbol(sources, scanSoon, symbol, target);
  // What nobody watches any more is not told as the latest either.
  const forget = async (symbols: readonly string[]) => {
    const actors = [...catalog.actors.keys()];
    for (const symbol of symbols) await cache.remove(symbol, actors);
  };
  return {
    list: (list) => watchlist.list(list),
    find: (symbol, list) => watchlist.find(symbol, list),
    add,
    addTyped: (text, target = {}) => addTyped(market, add, text.trim(), target),
    ...createAddMany(sources.stores, scanSoon),
    move: (symbol, before, list) => watchlist.move(symbol, before, list),
    async remove(symbol, list) {
      const removed = await watchlist.remove(symbol, list);
      if (!await watchlist.find(symbol)) await forget([symbol]);
      return removed;
    },
    search: (query, signal) => searchInTime(searched, query, signal),
    lists: () => lists.list(),
    createList: (name) => lists.create(name),
    renameList: (id, name) => lists.rename(id, name),
    async deleteList(id) {
      if (id === defaultList) {
        const why = "the first list stays: it is what asks for no list means";
        throw new ListRefusedError(`${why}; rename it, or empty it`);
      }
      await forget(await watchlist.deleteList(id));
    },
  };
}

/** @throws {UnknownSymbolError} @throws {WatchlistFullError} @throws {NoListError} */
async function addSymbol(
  sources: Sources,
  scanSoon: (symbols: readonly string[]) => void,
  symbol: string,
  { list = defaultList, place, name = null, unasked = null }: AddTarget,
): Promise<Added> {
  const { watchlist } = sources.stores;
  const known = await watchlist.find(symbol, list);
  if (known) return { entry: known, added: false, warning: null };
  const elsewhere = await watchlist.find(symbol);
  const warning = elsewhere?.confirmed
    ? null
    : unasked ?? await askMarket(sources.stores.market, symbol);
  const confirmed = warning === null;
  const added = await watchlist.add(symbol, { list, place, name, confirmed });
  if (added && !elsewhere) scanSoon([symbol]);
  const now = {
    ...{ symbol, added_at: new Date().toISOString(), name, place: place ?? 0 },
    ...{ currency: null, exchange: null, zone: null },
    ...{ confirmed, unknown_since: null },
  };
  // Somebody else may have removed it since: it was added all the same.
  const entry = await watchlist.find(symbol, list);
  return { entry: entry ?? now, added, warning };
}

/** @throws {MarketUnavailableError} also if it takes too long */
async function searchInTime(
  market: Market,
  query: string,
  signal?: AbortSignal,
): Promise<Listing[]> {
  const late = AbortSignal.timeout(searchWithinMs);
  const either = signal ? AbortSignal.any([signal, late]) : late;
  try {
    return await market.search(query, { signal: either });
  } catch (cause) {
    if (!late.aborted) throw cause;
    const seconds = searchWithinMs / 1000;
    const text =
      `${market.name} has not answered the search within ${seconds} s: try again`;
    throw new MarketUnavailableError(text, { cause });
  }
}
