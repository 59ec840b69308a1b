/** How many calls to the market this host has made, by how they ended and for whom. */
import { type CallOutcome, callOutcomes } from "../market/market.ts";

export interface CallCounts {
  /** @param actor null for calls that no scan made */
  add(calls: Partial<Record<CallOutcome, number>>, actor: string | null): void;
  /** All outcomes, at 0 from the start. */
  byOutcome(): Readonly<Record<CallOutcome, number>>;
  of(actor: string): number;
}

export function createCallCounts(): CallCounts {
  const byOutcome: Record<CallOutcome, number> = {
    ok: 0,
    refused: 0,
    limited: 0,
    failed: 0,
  };
  const byActor = new Map<string, number>();
  return {
    add(calls, actor) {
      for (const outcome of callOutcomes) {
        const count = calls[outcome] ?? 0;
        byOutcome[outcome] += count;
        if (actor === null) continue;
        byActor.set(actor, (byActor.get(actor) ?? 0) + count);
      }
    },
    byOutcome: () => ({ ...byOutcome }),
    of: (actor) => byActor.get(actor) ?? 0,
  };
}
