/** The table of providers, and from settings to a market. */
import { checkAddress, hostOf } from "./address.ts";
import { demo } from "./demo/demo.ts";
import { finnhub, finnhubHost } from "./finnhub.ts";
import { firstThatTells } from "./first_that_tells.ts";
import type { CallPolicy } from "./http.ts";
import type { Market, ProviderName, RateLimit } from "./market.ts";
import { symbolsInOneCall, yahoo } from "./yahoo/yahoo.ts";
import { yahooHosts } from "./yahoo/client.ts";

export interface ProviderOptions {
  readonly provider: ProviderName;
  /** Needed by `finnhub`. */
  readonly apiKey?: string;
  /** Empty for `demo`, and for `yahoo` where it calls its own hosts. */
  readonly baseUrl: string;
  /** Of no account for `demo`. */
  readonly callsPerMinute: number;
}

/** Plain JSON: it is posted to Workers. */
export interface MarketOptions {
  /** The names of all, with commas between. */
  readonly provider: string;
  /** In the order in which they are asked. */
  readonly providers: readonly ProviderOptions[];
}

/** A market for many callers, each within its own limit. */
export type OpenMarket = (limit: RateLimit) => Market;

interface Provider {
  open(options: ProviderOptions, policy: Partial<CallPolicy>): OpenMarket;
  /** Each `host:port` that it calls; none if it calls nobody. */
  hosts(options: ProviderOptions): readonly string[];
  /** How many symbols' quotes come in one call. */
  readonly symbolsInOneCall: number;
}

const providers: Readonly<Record<ProviderName, Provider>> = {
  demo: { open: () => () => demo(), hosts: () => [], symbolsInOneCall: 1 },
  finnhub: {
    open(options, policy) {
      // A key that cannot be used is told at once.
      finnhub(options, { take: () => Promise.resolve() });
      return (limit) => finnhub(options, limit, policy);
    },
    hosts: (options) => [finnhubHost(options)],
    symbolsInOneCall: 1,
  },
  yahoo: {
    open: ({ baseUrl }, policy) => yahoo(baseUrl, policy),
    hosts: ({ baseUrl }) =>
      baseUrl === "" ? yahooHosts.map((host) => `${host}:443`) : [
        hostOf(checkAddress(baseUrl, "YAHOO_BASE_URL", "http://127.0.0.1:9")),
      ],
    symbolsInOneCall,
  },
};

/**
 * Its limit is asked before every call that leaves this machine; `demo` makes none.
 * @throws {TypeError} for settings that a provider cannot work with.
 */
export function openMarket({ providers: asked }: MarketOptions): OpenMarket {
  const opened = asked.map((options, i) => {
    // Where somebody else can be asked, nobody waits long.
    const policy = i < asked.length - 1
      ? { attempts: 1, deadlineMs: 2_500 }
      : {};
    return providers[options.provider].open(options, policy);
  });
  const marketsOf = (limit: RateLimit) =>
    opened.map((open, i) => open(limit.for?.(asked[i]!.provider) ?? limit));
  if (opened.length === 1) return (limit) => marketsOf(limit)[0]!;
  const together = firstThatTells();
  return (limit) => together(marketsOf(limit));
}

/** Each `host:port` of the providers, for net permissions; none if they call nobody. */
export const marketHosts = ({ providers: asked }: MarketOptions): string[] =>
  asked.flatMap((options) => providers[options.provider].hosts(options));

/** For so many symbols at a time the market is worth asking. */
export const symbolsAtOnce = ({ providers: asked }: MarketOptions): number =>
  Math.max(
    ...asked.map(({ provider }) => providers[provider].symbolsInOneCall),
  );
