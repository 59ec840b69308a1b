/** Finnhub's API (https://finnhub.io/docs/api), version 1: its calls. What it answers is read in finnhub_answers.ts. */
import { checkAddress, hostOf } from "./address.ts";
import { type Api, type CallPolicy, DEFAULT_POLICY, getJson } from "./http.ts";
import {
  PROVIDER,
  readListings,
  readNews,
  readProfile,
  readQuote,
  readRecommendations,
} from "./finnhub_answers.ts";
import type { Market, RateLimit } from "./market.ts";

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
  addressOf(baseUrl);
  const api: Api = {
    provider: PROVIDER,
    baseUrl,
    headers: { "X-Finnhub-Token": apiKey, "Accept": "application/json" },
    secret: apiKey,
    limit,
    policy: { ...DEFAULT_POLICY, ...policy },
  };
  const about = (symbol: string, path: string, signal?: AbortSignal) =>
    getJson(api, path, { symbol: listed(symbol) }, signal);
  return {
    name: PROVIDER,
    async quotes(symbol, { signal } = {}) {
      return [readQuote(await about(symbol, "/quote", signal), symbol)];
    },
    async recommendations(symbol, { signal } = {}) {
      const answer = await about(symbol, "/stock/recommendation", signal);
      return readRecommendations(answer, symbol);
    },
    async news(symbol, { from, to, signal }) {
      const params = { symbol: listed(symbol), from, to };
      return readNews(await getJson(api, "/company-news", params, signal));
    },
    async search(query, { signal } = {}) {
      const q = query.trim();
      if (q === "") return [];
      return readListings(await getJson(api, "/search", { q }, signal));
    },
    async profile(symbol, { signal } = {}) {
      const answer = await about(symbol, "/stock/profile2", signal);
      return readProfile(answer, symbol);
    },
  };
}

/** As Finnhub writes it: Yahoo's BRK-B is BRK.B here. */
const listed = (symbol: string): string =>
  symbol.replace(/^([A-Z]{1,5})-([A-Z])$/, "$1.$2");

/** `host:port` of its address, for a net permission. @throws {TypeError} as `finnhub` does. */
export const finnhubHost = ({ baseUrl }: FinnhubOptions): string =>
  hostOf(addressOf(baseUrl));

const addressOf = (baseUrl: string): URL =>
  checkAddress(baseUrl, "FINNHUB_BASE_URL", "https://finnhub.io/api/v1");
