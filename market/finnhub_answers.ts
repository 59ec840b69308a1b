/** Finnhub's answers, checked and turned into the boundary's types (answers.ts). */
import { z } from "zod";
import {
  address,
  change,
  checking,
  count,
  hashedId,
  instant,
  line,
  price,
  priceOrNone,
  refuseAhead,
} from "./answers.ts";
import {
  type Article,
  isAhead,
  type Listing,
  type Profile,
  type Quote,
  type Recommendation,
  UnknownSymbolError,
} from "./market.ts";

export const PROVIDER = "finnhub";

const { check, checkEach, wrongShape } = checking(PROVIDER);

const quoteAnswer = z.object({
  c: price,
  d: change,
  dp: change,
  h: priceOrNone,
  l: priceOrNone,
  o: priceOrNone,
  pc: priceOrNone,
  // The contract does not promise it.
  t: z.number().nonnegative().nullish(),
});

/**
 * @throws {UnknownSymbolError} for the zeros that Finnhub answers for a symbol it does not know
 * @throws {MarketUnavailableError} for a time ahead of the clock: as the latest it would shut out all later ones
 */
export function readQuote(answer: unknown, symbol: string): Quote {
  const quote = check("/quote", quoteAnswer, answer);
  if (quote.c === 0 && (quote.pc === null || !quote.t)) {
    throw new UnknownSymbolError(symbol, PROVIDER);
  }
  if (quote.c === 0) throw wrongShape("/quote", "c: a price of 0");
  return {
    symbol,
    at: quoteTime(quote.t),
    price: quote.c,
    change: quote.d,
    percent_change: quote.dp,
    high: quote.h,
    low: quote.l,
    open: quote.o,
    previous_close: quote.pc,
  };
}

/** The quote's own time; the present second where it has none. */
function quoteTime(seconds: number | null | undefined): string {
  const at = instant(seconds || Math.floor(Date.now() / 1000));
  if (at === null) throw wrongShape("/quote", `t: ${seconds} is not a time`);
  refuseAhead(PROVIDER, "/quote", at);
  return at;
}

const recommendationAnswer = z.object({
  period: z.iso.date(),
  strongBuy: count,
  buy: count,
  hold: count,
  sell: count,
  strongSell: count,
}).transform(({ strongBuy, strongSell, ...counts }) => ({
  ...counts,
  strong_buy: strongBuy,
  strong_sell: strongSell,
}));

/** Leaves out months that are yet to come. */
export function readRecommendations(
  answer: unknown,
  symbol: string,
): Recommendation[] {
  const path = "/stock/recommendation";
  const trends = checkEach(path, recommendationAnswer, answer)
    .filter(({ period }) => !isAhead(period));
  const byPeriod = new Map(trends.map((trend) => [trend.period, trend]));
  return [...byPeriod.values()]
    .sort((a, b) => a.period < b.period ? -1 : 1)
    .map((trend) => ({ symbol, ...trend }));
}

const articleAnswer = z.object({
  id: z.union([z.number(), z.string().min(1)]),
  datetime: z.number().transform(instant),
  headline: line(500),
  source: line(100),
  summary: line(5000),
  url: address,
  image: address,
});

/** Leaves out what has no headline or no believable date. */
export function readNews(answer: unknown): Article[] {
  const articles = checkEach("/company-news", articleAnswer, answer)
    .flatMap(({ datetime: at, id, ...rest }) =>
      at === null || isAhead(at) || rest.headline === ""
        ? []
        : [{ at, id: articleId(id, rest.url), ...rest }]
    );
  const byId = new Map(articles.map((article) => [article.id, article]));
  return [...byId.values()].sort((a, b) =>
    a.at === b.at ? a.id - b.id : a.at < b.at ? -1 : 1
  );
}

/**
 * A whole number that JSON carries exactly: Finnhub's own id where it is one. Others get one made of it and of
 * the address, since of two ids beyond 2^53 JSON may leave the same number.
 */
function articleId(id: number | string, url: string | null): number {
  const own = Number(id);
  if (Number.isSafeInteger(own) && own >= 0) return own;
  return hashedId(`${id} ${url}`);
}

const searchAnswer = z.object({ result: z.unknown() });
const listingAnswer = z.object({
  symbol: line(32),
  description: line(200),
  type: line(50),
});

export function readListings(answer: unknown): Listing[] {
  const { result } = check("/search", searchAnswer, answer);
  return checkEach("/search", listingAnswer, result)
    .filter((listing) => listing.symbol !== "");
}

const profileAnswer = z.object({
  name: line(200),
  currency: line(8),
  exchange: line(100),
});

/** Finnhub writes the symbols of US listings bare, and tells their prices in dollars. */
const usListing = /^[A-Z]{1,5}(\.[A-Z])?$/;

/**
 * The contract calls the currency that of the company's filings: a Danish company's shares in New York have
 * prices in dollars all the same. London's are in pence or in pounds, which is not told.
 */
export function readProfile(answer: unknown, symbol: string): Profile {
  const { name, currency, exchange } = check(
    "/stock/profile2",
    profileAnswer,
    answer,
  );
  const told = currency === "GBP" ? null : currency || null;
  return {
    name: name || null,
    currency: usListing.test(symbol) ? "USD" : told,
    exchange: exchange || null,
    zone: null,
    open: null,
  };
}
