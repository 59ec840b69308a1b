/** From settings to a market. */
import { demo } from "./demo/demo.ts";
import { finnhub, finnhubHost } from "./finnhub/finnhub.ts";
import type { Market, RateLimit } from "./market.ts";

/** Plain JSON: it is posted to Workers. */
export interface MarketOptions {
  readonly provider: "finnhub" | "demo";
  /** Needed by `finnhub`. */
  readonly apiKey?: string;
  readonly baseUrl: string;
  /** For `demo`: the same seed gives the same market on every host; 1 unless told. */
  readonly seed?: number;
}

/**
 * `limit` is asked before every call that leaves this machine; `demo` makes none.
 * @throws {TypeError} for settings that the provider cannot work with.
 */
export function connectMarket(
  options: MarketOptions,
  limit: RateLimit,
): Market {
  switch (options.provider) {
    case "demo":
      return demo({ seed: options.seed ?? 1 });
    case "finnhub":
      return finnhub(
        { apiKey: options.apiKey ?? "", baseUrl: options.baseUrl },
        limit,
      );
  }
}

/** `host:port` of the provider, for a Worker's net permission; null if it needs none. */
export function marketHost(options: MarketOptions): string | null {
  return options.provider === "demo" ? null : finnhubHost(options.baseUrl);
}
