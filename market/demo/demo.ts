/** A market without a key and without a network: a simulator. Nothing that it says ever happened. */
import {
  type Market,
  type Recommendation,
  UnknownSymbolError,
} from "../market.ts";
import { type DemoStock, findStock, searchListings } from "./listings.ts";
import { demoNews } from "./news.ts";
import { chance, SEED, textNumber, wave } from "./noise.ts";
import { demoQuotes } from "./prices.ts";

/**
 * The demo market trades around the clock, has two days of past, and knows what listings.ts lists and
 * nothing else. What it answers depends on the symbol and the time alone, the same on every host. `now`
 * is the clock, for tests.
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
    // deno-lint-ignore require-await
    async profile(symbol, { signal } = {}) {
      signal?.throwIfAborted();
      const stock = findStock(symbol);
      if (!stock) throw new UnknownSymbolError(symbol, "demo");
      const nothing = { exchange: null, zone: null, open: null };
      return { name: stock.name, currency: "USD", ...nothing };
    },
  };
}

function instant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is not a time`);
  return ms;
}

const DAY = 24 * 60 * 60 * 1000;
const MONTHS = 12;

/** The analysts: twelve months, drifting slowly, the present one still moving; none for funds, which nobody rates. */
function demoRatings(
  stock: DemoStock,
  now: number,
): Recommendation[] {
  if (stock.sector === "fund") return [];
  const today = new Date(now);
  return Array.from({ length: MONTHS }, (_, i) => {
    const month = today.getUTCMonth() - (MONTHS - 1) + i;
    const year = today.getUTCFullYear();
    const end = Math.min(now, Date.UTC(year, month + 1, 1) - 1);
    return {
      symbol: stock.symbol,
      period: new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10),
      ...ratingsAt(stock, end - end % DAY),
    };
  });
}

function ratingsAt(stock: DemoStock, at: number) {
  const place = SEED ^ textNumber(`${stock.symbol} ratings`);
  // More analysts than pessimists follow a stock: moods lean to the good side.
  const mood = 0.35 + 0.25 * (chance(place, 1) - 0.5) +
    0.3 * wave(place, at, 150 * DAY) + 0.06 * wave(place, at, 21 * DAY);
  const analysts = 10 + 36 * chance(place, 2) + 3 * wave(place, at, 90 * DAY);
  const share = (center: number) =>
    Math.max(0, 1 - ((mood - center) / 0.75) ** 2);
  const shares = [1, 0.5, 0, -0.5, -1].map(share);
  const total = shares.reduce((sum, one) => sum + one, 0);
  const [strong_buy = 0, buy = 0, hold = 0, sell = 0, strong_sell = 0] = shares
    .map((one) => Math.round(analysts * one / total));
  return { strong_buy, buy, hold, sell, strong_sell };
}
