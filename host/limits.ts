/** The limits of the market's providers, as one. */
import type { Redis } from "ioredis";
import { createRateLimit, type SharedLimit } from "../db/rate_limit.ts";
import type { MarketCall, RateLimit } from "../market/market.ts";
import type { ProviderOptions } from "../market/open.ts";

/** Of an actor that does not ask the market. */
const nobody: RateLimit = {
  take: () => Promise.reject(new Error("there is no market to ask")),
};

/**
 * Whoever calls for all but the last yields: where a limit is used up, the next provider is asked.
 * @param called told of every call to any of them how it ended
 */
export function createLimits(
  redis: Redis,
  providers: readonly Pick<ProviderOptions, "provider" | "callsPerMinute">[],
  called: (call: MarketCall) => void,
): SharedLimit {
  const limits = new Map(
    providers.map((
      { provider, callsPerMinute },
    ) => [
      provider as string,
      createRateLimit(redis, provider, callsPerMinute),
    ]),
  );
  const last = providers.at(-1)?.provider;
  return {
    of(caller) {
      const own = new Map([...limits].map(([name, limit]) => {
        const yields = name !== last;
        return [name, { ...limit.of({ ...caller, yields }), called }];
      }));
      const of = (provider: string): RateLimit => {
        const limit = own.get(provider);
        if (limit) return limit;
        throw new RangeError(`there is no limit of "${provider}"`);
      };
      return { ...own.get(last ?? "") ?? nobody, for: of };
    },
    async look() {
      const quotas = await Promise.all(
        [...limits.values()].map((limit) => limit.look()),
      );
      return quotas.reduce((all, one) => ({
        limit: all.limit + one.limit,
        remaining: all.remaining + one.remaining,
        // As long as one of them may be called, none is waited for.
        paused_ms: Math.min(all.paused_ms, one.paused_ms),
      }));
    },
  };
}
