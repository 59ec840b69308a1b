/** Yahoo Finance, which needs no key: its calls. What it answers is read in answers.ts. */
import type { CallPolicy } from "../http.ts";
import {
  type CallOptions,
  type Market,
  type RateLimit,
  UnknownSymbolError,
} from "../market.ts";
import {
  readItems,
  readListings,
  readNews,
  readProfile,
  readQuote,
  readTrend,
} from "./answers.ts";
import { connect, NotThereError, PROVIDER } from "./client.ts";
import { toYahoo } from "./symbols.ts";
import { together } from "./together.ts";

/** Of so many symbols the quotes come in one call. */
export const symbolsInOneCall = 50;

const newsAtOnce = 30;
const listingsAtOnce = 12;

/**
 * Yahoo as a market, for many callers: they share its cookie, and calls for quotes that come together are one. It
 * keeps no past for quotes here: `quotes` resolves to the newest one, whatever `since` says.
 * @param baseUrl called instead of Yahoo's own hosts, unless it is empty
 */
export function yahoo(
  baseUrl: string,
  policy: Partial<CallPolicy> = {},
): (limit: RateLimit) => Market {
  const connection = connect(baseUrl, policy);
  const itemOf = together(symbolsInOneCall, async (symbols, limit) => {
    const answer = await connection.ask(
      (client, options) => client.quote([...symbols], {}, options),
      { limit },
    );
    return readItems(answer);
  });
  return (limit) => {
    const item = async (symbol: string, { signal }: CallOptions) => {
      const found = await itemOf(toYahoo(symbol), limit, signal);
      if (!found) throw new UnknownSymbolError(symbol, PROVIDER);
      return found;
    };
    const search = (query: string, news: number, { signal }: CallOptions) => {
      const counts = {
        newsCount: news,
        quotesCount: news ? 0 : listingsAtOnce,
        enableNavLinks: false,
        enableCb: false,
      };
      return connection.ask(
        (client, options) => client.search(query, counts, options),
        { limit, signal },
      );
    };
    return {
      name: PROVIDER,
      async quotes(symbol, options = {}) {
        return [readQuote(await item(symbol, options), symbol)];
      },
      async recommendations(symbol, { signal } = {}) {
        const modules = { modules: ["recommendationTrend" as const] };
        const path = encodeURIComponent(toYahoo(symbol));
        try {
          const answer = await connection.ask(
            (client, options) => client.quoteSummary(path, modules, options),
            { limit, signal },
          );
          return readTrend(answer, symbol, new Date());
        } catch (error) {
          // Of a fund, an index or a currency it knows nothing of this kind.
          if (error instanceof NotThereError) return [];
          throw error;
        }
      },
      async news(symbol, { from, to, ...options }) {
        const named = toYahoo(symbol);
        const answer = await search(named, newsAtOnce, options);
        return readNews(answer, named, { from, to });
      },
      async search(query, options = {}) {
        const text = query.trim();
        if (text === "") return [];
        return readListings(await search(text, 0, options));
      },
      async profile(symbol, options = {}) {
        return readProfile(await item(symbol, options));
      },
    };
  };
}
