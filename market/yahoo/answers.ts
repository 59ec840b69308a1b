/** Yahoo's answers, checked and turned into the boundary's types (../answers.ts). */
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
} from "../answers.ts";
import {
  type Article,
  isAhead,
  type Listing,
  parseSymbol,
  type Profile,
  type Quote,
  type Recommendation,
} from "../market.ts";
import { PROVIDER } from "./client.ts";
import { fromYahoo } from "./symbols.ts";

const { check, checkEach, wrongShape } = checking(PROVIDER);

/** Seconds since 1970; the library makes a date of them where the whole answer is as it knows it. */
const time = z.union([
  z.number(),
  z.date().transform((date) => date.getTime() / 1000),
  z.iso.datetime().transform((text) => Date.parse(text) / 1000),
]).transform(instant);

const quotePath = "/v7/finance/quote";

const item = z.looseObject({ symbol: z.string().min(1) });

/** The answer by Yahoo's symbols, each still to be read: one that cannot be costs only itself. */
export function readItems(answer: unknown): Map<string, unknown> {
  const items = checkEach(quotePath, item, answer);
  return new Map(items.map((one) => [one.symbol, one]));
}

const quoteItem = z.object({
  regularMarketPrice: price,
  regularMarketTime: time,
  regularMarketChange: change,
  regularMarketChangePercent: change,
  regularMarketDayHigh: priceOrNone,
  regularMarketDayLow: priceOrNone,
  regularMarketOpen: priceOrNone,
  regularMarketPreviousClose: priceOrNone,
});

/** The regular session's, also before and after it. @throws {MarketUnavailableError} also for a time that is yet to come */
export function readQuote(item: unknown, symbol: string): Quote {
  const quote = check(quotePath, quoteItem, item);
  const { regularMarketTime: at, regularMarketPrice: price } = quote;
  if (at === null) throw wrongShape(quotePath, "regularMarketTime is no time");
  if (price === 0) throw wrongShape(quotePath, "a price of 0");
  refuseAhead(PROVIDER, quotePath, at);
  return {
    symbol,
    at,
    price,
    change: quote.regularMarketChange,
    percent_change: quote.regularMarketChangePercent,
    high: quote.regularMarketDayHigh,
    low: quote.regularMarketDayLow,
    open: quote.regularMarketOpen,
    previous_close: quote.regularMarketPreviousClose,
  };
}

const textOrNone = (max: number) =>
  line(max).catch("").transform((text) => text || null);

const profileItem = z.object({
  longName: textOrNone(200),
  shortName: textOrNone(200),
  currency: textOrNone(8),
  fullExchangeName: textOrNone(100),
  exchange: textOrNone(100),
  exchangeTimezoneName: textOrNone(60),
  marketState: textOrNone(20),
});

export function readProfile(item: unknown): Profile {
  const told = check(quotePath, profileItem, item);
  return {
    name: told.longName ?? told.shortName,
    currency: told.currency,
    exchange: told.fullExchangeName ?? told.exchange,
    zone: knownZone(told.exchangeTimezoneName),
    open: told.marketState === null ? null : told.marketState === "REGULAR",
  };
}

/** Times are told in it, so it must be one. */
function knownZone(zone: string | null): string | null {
  try {
    if (zone) new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return null;
  }
}

const trendAnswer = z.object({
  recommendationTrend: z.object({ trend: z.unknown() }).nullish(),
}).nullish();

const trendItem = z.object({
  period: z.string().regex(/^(0|-\d{1,2})m$/),
  strongBuy: count,
  buy: count,
  hold: count,
  sell: count,
  strongSell: count,
});

/** Yahoo tells periods by their distance from the present month. */
export function readTrend(
  answer: unknown,
  symbol: string,
  now: Date,
): Recommendation[] {
  const path = "/v10/finance/quoteSummary";
  const trend = check(path, trendAnswer, answer)?.recommendationTrend?.trend;
  if (trend === undefined || trend === null) return [];
  const months = checkEach(path, trendItem, trend).map((month) => ({
    symbol,
    period: monthBefore(now, -parseInt(month.period)),
    strong_buy: month.strongBuy,
    buy: month.buy,
    hold: month.hold,
    sell: month.sell,
    strong_sell: month.strongSell,
  }));
  // Where nobody rates, Yahoo counts nobody.
  return months.filter((month) =>
    month.strong_buy + month.buy + month.hold + month.sell +
        month.strong_sell > 0
  ).sort((a, b) => a.period < b.period ? -1 : 1);
}

function monthBefore(now: Date, months: number): string {
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1);
  return new Date(first).toISOString().slice(0, 10);
}

const searchPath = "/v1/finance/search";

const newsItem = z.object({
  uuid: z.string().min(1).max(200),
  title: line(500),
  publisher: line(100),
  link: address,
  providerPublishTime: time,
  relatedTickers: z.array(z.string()),
  thumbnail: z.object({
    resolutions: z.array(z.object({ url: address })),
  }).nullish().catch(null),
});

/**
 * The articles of these days (YYYY-MM-DD) that name the symbol: a search finds others as well.
 * @param symbol as Yahoo writes it
 */
export function readNews(
  answer: unknown,
  symbol: string,
  { from, to }: { from: string; to: string },
): Article[] {
  const { news } = check(
    searchPath,
    z.object({ news: z.unknown() }),
    answer,
  );
  const articles = checkEach(searchPath, newsItem, news ?? []).flatMap(
    (one) => {
      const { providerPublishTime: at, title, link, thumbnail } = one;
      if (at === null || isAhead(at) || title === "") return [];
      const day = at.slice(0, 10);
      if (day < from || day > to) return [];
      if (!one.relatedTickers.includes(symbol)) return [];
      return [{
        id: hashedId(one.uuid),
        at,
        headline: title,
        source: one.publisher,
        summary: "",
        url: link,
        image: thumbnail?.resolutions.at(-1)?.url ?? null,
      }];
    },
  );
  const byId = new Map(articles.map((article) => [article.id, article]));
  return [...byId.values()].sort((a, b) =>
    a.at === b.at ? a.id - b.id : a.at < b.at ? -1 : 1
  );
}

const listingItem = z.object({
  symbol: line(32),
  longname: line(200),
  shortname: line(200),
  typeDisp: line(50),
  quoteType: line(50),
  exchDisp: line(50),
});

/** Without options, and without companies that are not listed: neither has a quote that could be watched. */
export function readListings(answer: unknown): Listing[] {
  const { quotes } = check(
    searchPath,
    z.object({ quotes: z.unknown() }),
    answer,
  );
  return checkEach(searchPath, listingItem, quotes ?? []).flatMap((one) => {
    const symbol = parseSymbol(fromYahoo(one.symbol));
    if (symbol === null || one.quoteType === "OPTION") return [];
    const description = one.longname || one.shortname;
    const kind = one.typeDisp.charAt(0).toUpperCase() + one.typeDisp.slice(1);
    const type = [kind, one.exchDisp].filter(Boolean).join(", ");
    return [{ symbol, description, type }];
  });
}
