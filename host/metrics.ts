/** Prometheus metrics of this host, drawn at each scrape from what it knows and what it has measured. */
import { type Calls, MarketCalls } from "../engine/measures.ts";
import type { QuotaStatus } from "../engine/status.ts";
import { callOutcomes } from "../market/market.ts";
import { actorFamilies, type Measured } from "./actor_metrics.ts";
import { expose, type Family, type Sample } from "./exposition.ts";
import type { Health } from "./health.ts";

export interface Sources {
  actors(): Promise<readonly Measured[]>;
  health(): Promise<Health>;
  quota(): Promise<QuotaStatus | null>;
  /** All that this host has made. */
  marketCalls(): MarketCalls;
  /** Those that it may call: counted from 0. */
  readonly providers: readonly string[];
  readonly version: string;
}

const startedAt = Date.now() / 1000;

/** The text of `GET /metrics`. */
export async function metricsOf(sources: Sources): Promise<string> {
  const [{ state }, quota, actors] = await Promise.all([
    sources.health(),
    sources.quota(),
    sources.actors(),
  ]);
  const families = [
    gauge("ready", "1 if /readyz answers 200.", Number(state !== "not-ready")),
    gauge(
      "degraded",
      "1 if it works, with warnings.",
      Number(state === "degraded"),
    ),
    {
      ...gauge("build_info", "The version of Signalbox."),
      samples: [{ labels: { version: sources.version }, value: 1 }],
    },
    {
      ...gauge("quota_remaining", "Calls that the market allows by now."),
      samples: quota
        ? [{ labels: { provider: quota.provider }, value: quota.remaining }]
        : [],
    },
    ...marketFamilies(sources.marketCalls(), sources.providers),
    ...actorFamilies(actors),
    ...processFamilies(),
  ];
  return expose(families);
}

function gauge(name: string, help: string, value?: number): Family {
  const samples = value === undefined ? [] : [{ labels: {}, value }];
  return { name: `signalbox_${name}`, type: "gauge", help, samples };
}

function marketFamilies(
  made: MarketCalls,
  providers: readonly string[],
): Family[] {
  const none = new MarketCalls();
  for (const provider of providers) {
    for (const outcome of callOutcomes) none.of({ provider, outcome });
  }
  const calls = [...none.add(made)];
  const each = (value: (calls: Calls) => Sample["value"]) =>
    calls.map((one) => {
      const { provider, outcome } = one;
      return { labels: { provider, outcome }, value: value(one) };
    });
  const retries = Map.groupBy(calls, ({ provider }) => provider);
  return [
    {
      name: "signalbox_market_calls_total",
      type: "counter",
      help: "Calls to the market that this host has made, by how they ended.",
      samples: each(({ took }) => took.count),
    },
    {
      name: "signalbox_market_retries_total",
      type: "counter",
      help: "Of those, calls for an answer that one before had not brought.",
      samples: Array.from(retries, ([provider, calls]) => ({
        labels: { provider },
        value: calls.reduce((all, { retries }) => all + retries, 0),
      })),
    },
    {
      name: "signalbox_market_call_duration_seconds",
      type: "histogram",
      help: "Time of a call to the market, by how it ended.",
      samples: each(({ took }) => took),
    },
  ];
}

/** Under the names that every client library gives them. */
function processFamilies(): Family[] {
  const process = (name: string, help: string, value: number): Family => ({
    name: `process_${name}`,
    type: "gauge",
    help,
    samples: [{ labels: {}, value }],
  });
  return [
    process("start_time_seconds", "When this host started.", startedAt),
    process(
      "resident_memory_bytes",
      "Memory of this host, all isolates included.",
      Deno.memoryUsage().rss,
    ),
  ];
}
