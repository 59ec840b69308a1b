/** What this host has measured of its actors since it started; it only grows, whatever becomes of their isolates. */
import { Histogram } from "../engine/histogram.ts";
import { MarketCalls, Measures } from "../engine/measures.ts";
import {
  type ScanOutcome,
  scanOutcomes,
  type SymbolScan,
} from "../engine/status.ts";
import type { MarketCall } from "../market/market.ts";
import type { HostParts } from "./host_services.ts";

/** The scans of an actor, symbol by symbol. */
export interface ScanMeasures {
  /** Without waiting for the quota. */
  readonly took: Histogram;
  readonly outcomes: Record<ScanOutcome, number>;
  published: number;
}

/** What the main isolate itself sees; what isolates see, they tell the supervisor. */
export interface HostMeasures {
  scanned(actor: string, scan: SymbolScan): void;
  scansOf(actor: string): ScanMeasures;
  /** A call to the market that no scan made. */
  called(call: MarketCall): void;
  readonly marketCalls: MarketCalls;
}

export function createHostMeasures(): HostMeasures {
  const scans = new Map<string, ScanMeasures>();
  const marketCalls = new MarketCalls();
  const scansOf = (actor: string): ScanMeasures => {
    const known = scans.get(actor) ?? noScans();
    scans.set(actor, known);
    return known;
  };
  return {
    marketCalls,
    scansOf,
    scanned(actor, { outcome, duration_ms, published }) {
      const known = scansOf(actor);
      known.took.observe(duration_ms / 1000);
      known.outcomes[outcome]++;
      known.published += published;
    },
    called: (call) => marketCalls.note(call),
  };
}

function noScans(): ScanMeasures {
  const none = scanOutcomes.map((outcome) => [outcome, 0]);
  const outcomes = Object.fromEntries(none) as Record<ScanOutcome, number>;
  return { took: new Histogram(), outcomes, published: 0 };
}

/** All that is known of an actor on this host, since it started: take two copies to know what came between. */
export interface ActorMeasures extends Measures {
  readonly scans: ScanMeasures;
}

/** A copy. */
export function measuresOf(
  { stores, running }: Pick<HostParts, "stores" | "running">,
  actor: string,
): ActorMeasures {
  const all = new Measures();
  for (const replica of running()?.supervisor.measuresOf(actor) ?? []) {
    all.add(replica);
  }
  const { took, outcomes, published } = stores.measures.scansOf(actor);
  const scans = { took: took.copy(), outcomes: { ...outcomes }, published };
  return Object.assign(all, { scans });
}

/** A copy of all calls to the market that this host has made. */
export function marketCallsOf(
  { catalog, stores, running }: Pick<
    HostParts,
    "catalog" | "stores" | "running"
  >,
): MarketCalls {
  const all = new MarketCalls().add(stores.measures.marketCalls);
  for (const actor of catalog.names) {
    for (
      const { marketCalls } of running()?.supervisor.measuresOf(actor) ?? []
    ) {
      all.add(marketCalls);
    }
  }
  return all;
}
