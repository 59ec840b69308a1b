/** What the market's quota allows: how often each actor comes to each symbol, and how much is left of it. */
import { pace } from "../db/rate_limit.ts";
import type { QuotaStatus } from "../engine/status.ts";
import { marketHosts } from "../market/open.ts";
import { deadline } from "../wait.ts";
import type { HostParts } from "./host_services.ts";

/** What an actor would call if nothing held it back. */
export interface Need {
  readonly actor: string;
  readonly symbols: number;
  readonly callsPerSymbol: number;
  /** From one slot to the next. */
  readonly everyMs: number;
  readonly weight: number;
}

export interface Pace {
  /** How often each symbol is scanned. */
  readonly everyMs: number;
  /** Why that is rarer than scheduled; null if it is not. */
  readonly why: string | null;
}

/** By actor: who needs less than its part leaves the rest to the others. */
export function planScans(
  needs: readonly Need[],
  callsPerMinute: number,
): Map<string, Pace> {
  const { intervalUs } = pace(callsPerMinute).background;
  const rates = shareOut(needs, 60_000_000 / intervalUs);
  return new Map(needs.map((need): [string, Pace] => {
    const { actor, symbols, callsPerSymbol, everyMs } = need;
    const rate = rates.get(need)!;
    if (rate >= needed(need)) return [actor, { everyMs, why: null }];
    const longerMs = symbols * callsPerSymbol / rate * 60_000;
    const why = `${symbols} symbols need ${Math.ceil(needed(need))} calls ` +
      `a minute ${partOf(rate, need, callsPerMinute)}: ${actor} come every ` +
      `${minutes(longerMs)} min instead of ${minutes(everyMs)}`;
    return [actor, { everyMs: Math.round(longerMs), why }];
  }));
}

const needed = ({ symbols, callsPerSymbol, everyMs }: Need): number =>
  symbols * callsPerSymbol / everyMs * 60_000;

/** Of the whole quota, if that would not do; else of what the others leave. */
const partOf = (rate: number, need: Need, limit: number): string =>
  needed(need) > limit
    ? `of ${limit}`
    : `of the ${Math.floor(rate)} of ${limit} that are its share`;

/** Calls a minute for each: in proportion to the weights, and to nobody more than needed. */
function shareOut(needs: readonly Need[], calls: number): Map<Need, number> {
  const rates = new Map<Need, number>();
  let open = [...needs];
  let left = calls;
  while (open.length) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0);
    const part = ({ weight }: Need) => left * weight / weights;
    const content = open.filter((need) => needed(need) <= part(need));
    const served = content.length ? content : open;
    const given = served.map((need) =>
      [need, content.length ? needed(need) : part(need)] as const
    );
    for (const [need, rate] of given) rates.set(need, rate);
    left -= given.reduce((sum, [, rate]) => sum + rate, 0);
    open = open.filter((need) => !served.includes(need));
  }
  return rates;
}

function minutes(ms: number): string {
  const value = ms / 60_000;
  return value < 10 ? String(Math.round(value * 10) / 10) : value.toFixed(0);
}

/** Null for a market without a limit, and while Redis does not tell. */
export async function quotaOf(
  { config, stores }: Pick<HostParts, "config" | "stores">,
): Promise<QuotaStatus | null> {
  if (marketHosts(config.market).length === 0) return null;
  // While Redis is away its client would keep the question for later.
  if (stores.redis.status !== "ready") return null;
  const late = "Redis does not tell the quota";
  const quota = await deadline(stores.limit.look(), 1_500, late)
    .catch(() => null);
  return quota && { provider: config.market.provider, ...quota };
}
