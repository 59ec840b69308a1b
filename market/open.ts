/** The table of providers, and from settings to a market. */
import { demo } from "./demo/demo.ts";
import { finnhub, finnhubHost } from "./finnhub.ts";
import type { Market, RateLimit } from "./market.ts";

/** Plain JSON: it is posted to Workers. */
export interface MarketOptions {
  readonly provider: "finnhub" | "demo";
  /** Needed by `finnhub`. */
  readonly apiKey?: string;
  readonly baseUrl: string;
}

interface Provider {
  open(options: MarketOptions, limit: RateLimit): Market;
  /** `host:port` that it calls; null if it calls none. */
  host(options: MarketOptions): string | null;
}

const providers: Readonly<Record<MarketOptions["provider"], Provider>> = {
  demo: { open: () => demo(), host: () => null },
  finnhub: { open: finnhub, host: finnhubHost },
};

export const providerNames = Object.keys(providers);

/**
 * `limit` is asked before every call that leaves this machine; `demo` makes none.
 * @throws {TypeError} for settings that the provider cannot work with.
 */
export function connectMarket(
  options: MarketOptions,
  limit: RateLimit,
): Market {
  return providers[options.provider].open(options, limit);
}

/** `host:port` of the provider, for a Worker's net permission; null if it needs none. */
export function marketHost(options: MarketOptions): string | null {
  return providers[options.provider].host(options);
}
