/** A market without a key and without a network: a simulator. Nothing that it says ever happened. */
import { type Market, UnknownSymbolError } from "../market.ts";
import { findStock, searchListings } from "./listings.ts";
import { demoNews } from "./news.ts";
import { demoQuotes } from "./prices.ts";
import { demoRatings } from "./ratings.ts";

/**
 * The demo market trades around the clock, has two days of past and takes every symbol of one to five
 * capital letters except those that begin with `ZZ`. What it answers depends on the symbol and the
 * time alone, the same on every host. `now` is the clock, for tests.
 */
export function demo({ now = Date.now }: { now?: () => number } = {}): Market {
  return {
    name: "demo",
    // `async` turns every throw into a rejection, as with a provider that is far away.
    // deno-lint-ignore require-await
    async quotes(symbol, { since, signal } = {}) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      if (!stock) throw new UnknownSymbolError(symbol, "demo");
      return demoQuotes(stock, since ? instant(since) : 0, now());
    },
    // deno-lint-ignore require-await
    async recommendations(symbol, { signal } = {}) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      return stock ? demoRatings(stock, now()) : [];
    },
    // deno-lint-ignore require-await
    async news(symbol, { from, to, signal }) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      const days = { from: instant(from), to: instant(to) };
      return stock ? demoNews(stock, days, now()) : [];
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
