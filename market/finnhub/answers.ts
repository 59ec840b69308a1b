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
const change = z.number().min(-1e9).max(1e9).nullish()
  .transform((change) => change ?? null);
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
const recommendationAnswer = z.array(
  z.object({
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
  })),
);

const line = (max: number) =>
  z.string().transform((text) => cleanText(text, max));
const lineOrNone = (max: number) =>
  z.string().nullish().transform((text) => cleanText(text ?? "", max));
const address = z.string().nullish().transform(webAddress);
const newsAnswer = z.array(z.object({
  id: z.int(),
  datetime: z.number().transform(instant),
  headline: line(500),
  source: lineOrNone(100),
  summary: lineOrNone(5000),
  url: address,
  image: address,
}));

const searchAnswer = z.object({
  result: z.array(z.object({
    symbol: line(32),
    description: line(200),
    type: lineOrNone(50),
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
    change: quote.d,
    percent_change: quote.dp,
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
    .map((trend) => ({ symbol, ...trend }));
}

/** Leaves out what has no headline or no believable date. */
export function readNews(answer: unknown): Article[] {
  const articles = check("/company-news", newsAnswer, answer)
    .flatMap(({ datetime: at, ...rest }) =>
      at === null || rest.headline === "" ? [] : [{ at, ...rest }]
    );
  const byId = new Map(articles.map((article) => [article.id, article]));
  return [...byId.values()].sort((a, b) =>
    a.at === b.at ? a.id - b.id : a.at < b.at ? -1 : 1
  );
}

export function readListings(answer: unknown): Listing[] {
  const { result } = check("/search", searchAnswer, answer);
  return result.filter((listing) => listing.symbol !== "");
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
