/** A market without a key and without a network: a simulator. Nothing that it says ever happened. */
import { type Market, UnknownSymbolError } from "../market.ts";
import { findStock, searchListings } from "./listings.ts";
import { demoNews } from "./news.ts";
import { demoQuotes } from "./prices.ts";
import { demoRatings } from "./ratings.ts";

export interface DemoOptions {
  /** A whole number. The same seed gives the same market on every host; 1 unless told. */
  readonly seed?: number;
  /** The clock; for tests. */
  readonly now?: () => number;
}

/**
 * The demo market trades around the clock, has two days of past and takes every symbol of one to five
 * capital letters except those that begin with `ZZ`. What it answers depends on the seed, the symbol
 * and the time alone.
 */
export function demo(options: DemoOptions = {}): Market {
  const { seed = 1, now = Date.now } = options;
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`The demo market's seed ${seed} is not a whole number`);
  }
  return {
    name: "demo",
    // `async` turns every throw into a rejection, as with a provider that is far away.
    // deno-lint-ignore require-await
    async quotes(symbol, { since, signal } = {}) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      if (!stock) throw new UnknownSymbolError(symbol, "demo");
      return demoQuotes(stock, seed, since ? instant(since) : 0, now());
    },
    // deno-lint-ignore require-await
    async recommendations(symbol, { signal } = {}) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      return stock ? demoRatings(stock, seed, now()) : [];
    },
    // deno-lint-ignore require-await
    async news(symbol, { from, to, signal }) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      const days = { from: instant(from), to: instant(to) };
      return stock ? demoNews(stock, seed, days, now()) : [];
    },
    // deno-lint-ignore require-await
    async search(query, { signal } = {}) {
      signal?.throwIfAborted();
      return searchListings(query);
    },
  };
}

function instant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is not a time`);
  return ms;
}
