/** Finnhub's API (https://finnhub.io/docs/api), version 1: its calls, and its answers checked and turned into the boundary's types. */
import { z } from "zod";
import { type Api, type CallPolicy, DEFAULT_POLICY, getJson } from "./http.ts";
import {
  type Article,
  cleanText,
  type Listing,
  type Market,
  MarketUnavailableError,
  type Quote,
  type RateLimit,
  type Recommendation,
  UnknownSymbolError,
  webAddress,
} from "./market.ts";

const PROVIDER = "finnhub";
const DAY_MS = 24 * 60 * 60 * 1000;
const OLDEST_MS = Date.UTC(1970, 0, 2);

export interface FinnhubOptions {
  readonly apiKey?: string;
  /** Without a query and without a user: `https://finnhub.io/api/v1`. */
  readonly baseUrl: string;
}

/**
 * Finnhub as a market. The key travels in a header only, so that no address, log or error can show it.
 * It keeps no past for quotes: `quotes` resolves to the newest one, whatever `since` says.
 * @throws {TypeError} for a key or an address that cannot be used.
 */
export function finnhub(
  { apiKey = "", baseUrl }: FinnhubOptions,
  limit: RateLimit,
  policy: Partial<CallPolicy> = {},
): Market {
  // fetch would name the whole key in its complaint.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new TypeError(
      "The Finnhub API key is empty or holds a character that no HTTP header can carry: set FINNHUB_API_KEY to the key as Finnhub shows it",
    );
  }
  checkAddress(baseUrl);
  const api: Api = {
    provider: PROVIDER,
    baseUrl,
    headers: { "X-Finnhub-Token": apiKey, "Accept": "application/json" },
    secret: apiKey,
    limit,
    policy: { ...DEFAULT_POLICY, ...policy },
  };
  return {
    name: PROVIDER,
    async quotes(symbol, { signal } = {}) {
      const answer = await getJson(api, "/quote", { symbol }, signal);
      return [readQuote(answer, symbol)];
    },
    async recommendations(symbol, { signal } = {}) {
      const path = "/stock/recommendation";
      const answer = await getJson(api, path, { symbol }, signal);
      return readRecommendations(answer, symbol);
    },
    async news(symbol, { from, to, signal }) {
      const params = { symbol, from, to };
      return readNews(await getJson(api, "/company-news", params, signal));
    },
    async search(query, { signal } = {}) {
      const q = query.trim();
      if (q === "") return [];
      return readListings(await getJson(api, "/search", { q }, signal));
    },
  };
}

/** `host:port` of an address, for a net permission. @throws {TypeError} as `finnhub` does. */
export function finnhubHost({ baseUrl }: FinnhubOptions): string {
  const url = checkAddress(baseUrl);
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  return `${url.hostname}:${port}`;
}

function checkAddress(baseUrl: string): URL {
  const url = URL.parse(baseUrl);
  const bare = url && `${url.search}${url.hash}${url.username}${url.password}`;
  if (url && bare === "" && /^https?:$/.test(url.protocol)) return url;
  // Not quoted: what makes it unusable may be a key or a password.
  throw new TypeError(
    "FINNHUB_BASE_URL is not a http or https address without user, query and fragment, such as https://finnhub.io/api/v1",
  );
}

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
function readQuote(answer: unknown, symbol: string): Quote {
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

function readRecommendations(
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
function readNews(answer: unknown): Article[] {
  const articles = check("/company-news", newsAnswer, answer)
    .flatMap(({ datetime: at, ...rest }) =>
      at === null || rest.headline === "" ? [] : [{ at, ...rest }]
    );
  const byId = new Map(articles.map((article) => [article.id, article]));
  return [...byId.values()].sort((a, b) =>
    a.at === b.at ? a.id - b.id : a.at < b.at ? -1 : 1
  );
}

function readListings(answer: unknown): Listing[] {
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
