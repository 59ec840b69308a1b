/** What Finnhub answers, checked and turned into the boundary's own types. */
import { z } from "zod";
import {
  type Article,
  cleanText,
  type Listing,
  MarketUnavailableError,
  type Quote,
  type Recommendation,
  UnknownSymbolError,
  webAddress,
} from "../market.ts";

const PROVIDER = "finnhub";
const DAY_MS = 24 * 60 * 60 * 1000;
const OLDEST_MS = Date.UTC(1970, 0, 2);

// Far beyond every price there is, and within what a numeric column holds.
const price = z.number().min(0).max(1e9);
const change = z.number().min(-1e9).max(1e9).nullish();
const quoteAnswer = z.object({
  c: price,
  d: change,
  dp: change,
  h: price,
  l: price,
  o: price,
  pc: price,
  t: z.number().nonnegative(),
});

const count = z.int().min(0).max(100_000);
const recommendationAnswer = z.array(z.object({
  period: z.iso.date(),
  strongBuy: count,
  buy: count,
  hold: count,
  sell: count,
  strongSell: count,
}));

const newsAnswer = z.array(z.object({
  id: z.int(),
  datetime: z.number(),
  headline: z.string(),
  source: z.string().nullish(),
  summary: z.string().nullish(),
  url: z.string().nullish(),
  image: z.string().nullish(),
}));

const searchAnswer = z.object({
  result: z.array(z.object({
    symbol: z.string(),
    description: z.string(),
    type: z.string().nullish(),
  })),
});

/** @throws {UnknownSymbolError} for the zeros that Finnhub answers for a symbol it does not know. */
export function readQuote(answer: unknown, symbol: string): Quote {
  const quote = check("/quote", quoteAnswer, answer);
  if (quote.c === 0 && (quote.pc === 0 || quote.t === 0)) {
    throw new UnknownSymbolError(symbol, PROVIDER);
  }
  const at = instant(quote.t);
  // A quote of tomorrow would stand as the latest for ever: later ones would all be older.
  if (at === null) throw wrongShape("/quote", `t: ${quote.t} is not a time`);
  if (quote.c === 0) throw wrongShape("/quote", `c: a price of 0`);
  return {
    symbol,
    at,
    price: quote.c,
    change: quote.d ?? null,
    percent_change: quote.dp ?? null,
    high: quote.h,
    low: quote.l,
    open: quote.o,
    previous_close: quote.pc,
  };
}

export function readRecommendations(
  answer: unknown,
  symbol: string,
): Recommendation[] {
  const trends = check("/stock/recommendation", recommendationAnswer, answer);
  const byPeriod = new Map(trends.map((trend) => [trend.period, trend]));
  return [...byPeriod.values()]
    .sort((a, b) => a.period < b.period ? -1 : 1)
    .map(({ period, strongBuy, buy, hold, sell, strongSell }) => ({
      symbol,
      period,
      strong_buy: strongBuy,
      buy,
      hold,
      sell,
      strong_sell: strongSell,
    }));
}

/** Leaves out what has no headline or no believable date. */
export function readNews(answer: unknown): Article[] {
  const articles = check("/company-news", newsAnswer, answer).flatMap(
    (item) => {
      const at = instant(item.datetime);
      const headline = cleanText(item.headline, 500);
      if (at === null || headline === "") return [];
      return [{
        id: item.id,
        at,
        headline,
        source: cleanText(item.source ?? "", 100),
        summary: cleanText(item.summary ?? "", 5000),
        url: webAddress(item.url),
        image: webAddress(item.image),
      }];
    },
  );
  const byId = new Map(articles.map((article) => [article.id, article]));
  return [...byId.values()].sort((a, b) =>
    a.at === b.at ? a.id - b.id : a.at < b.at ? -1 : 1
  );
}

export function readListings(answer: unknown): Listing[] {
  return check("/search", searchAnswer, answer).result
    .map((listing) => ({
      symbol: cleanText(listing.symbol, 32),
      description: cleanText(listing.description, 200),
      type: cleanText(listing.type ?? "", 50),
    }))
    .filter((listing) => listing.symbol !== "");
}

function check<T>(path: string, schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") || "the whole answer";
  throw wrongShape(path, `${where}: ${issue?.message}`, result.error);
}

function wrongShape(
  path: string,
  what: string,
  cause?: Error,
): MarketUnavailableError {
  return new MarketUnavailableError(
    `${PROVIDER} ${path} answered in a shape that Signalbox does not know: ${what}`,
    { cause },
  );
}

/** Seconds since 1970 as an instant; null before 1970-01-02 and after tomorrow. */
function instant(seconds: number): string | null {
  const ms = seconds * 1000;
  if (!(ms >= OLDEST_MS && ms <= Date.now() + DAY_MS)) return null;
  return new Date(ms).toISOString();
}
