/**
 * Finnhub's answers, checked and turned into the boundary's types. What is odd costs only itself: a field that
 * says nothing is null, an item that cannot be read is left out; an answer of which nothing can be read is refused.
 */
import { createHash } from "node:crypto";
import { decodeHTML } from "entities";
import { z } from "zod";
import {
  type Article,
  cleanText,
  isAhead,
  type Listing,
  MarketUnavailableError,
  type Quote,
  type Recommendation,
  UnknownSymbolError,
  webAddress,
} from "./market.ts";

export const PROVIDER = "finnhub";

const oldestMs = Date.UTC(1970, 0, 2);

// Far beyond every price there is, and within what a numeric column holds. Oil was sold below zero.
const price = z.number().min(-1e9).max(1e9);
/** Finnhub writes 0 as well as null for what it does not know: of a range that is no price. */
const priceOrNone = price.nullish().transform((price) => price || null);
const change = price.nullish().transform((change) => change ?? null);
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
  if (isAhead(at)) {
    const text = `${PROVIDER} /quote tells a price of ${at}, which is yet to ` +
      "come: it will be asked again; if that goes on, look at this host's clock";
    throw new MarketUnavailableError(text);
  }
  return at;
}

const count = z.int().min(0).max(100_000);
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

const line = (max: number) =>
  z.string().nullish().transform((text) =>
    cleanText(decodeHTML(text ?? ""), max)
  );
const address = z.string().nullish().transform(webAddress);
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
  const hash = createHash("sha256").update(`${id} ${url}`).digest();
  return Number(hash.readBigUInt64BE() >> 11n);
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

/** The items that can be read. @throws {MarketUnavailableError} if there are some, and none can be */
function checkEach<T>(
  path: string,
  schema: z.ZodType<T>,
  answer: unknown,
): T[] {
  const items = check(path, z.array(z.unknown()), answer);
  const read = items.flatMap((item) => {
    const result = schema.safeParse(item);
    return result.success ? [result.data] : [];
  });
  return items.length > 0 && read.length === 0
    ? check(path, z.array(schema), answer)
    : read;
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

/** Seconds since 1970 as an instant; null before 1970-01-02, and for what no date can be. */
function instant(seconds: number): string | null {
  const ms = seconds * 1000;
  return ms >= oldestMs && ms <= 8.64e15 ? new Date(ms).toISOString() : null;
}
