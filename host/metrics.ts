/** Prometheus metrics of this host, drawn from the actors' statuses at each scrape. */
import { Counter, Gauge, Registry } from "prom-client";
import type {
  ActorStatus,
  ForeignGroup,
  IsolateStatus,
  QuotaStatus,
} from "../engine/status.ts";
import type { CallCounts } from "./call_counts.ts";
import type { Health } from "./health.ts";

interface Sources {
  status(): Promise<readonly ActorStatus[]>;
  health(): Promise<Health>;
  quota(): Promise<QuotaStatus | null>;
  /** The name of the market, and how its calls from this host ended. */
  readonly market: string;
  readonly calls: Pick<CallCounts, "byOutcome">;
}

/** Numbers told for each actor; null is left out. */
const actorGauges: Record<
  string,
  [help: string, value: (actor: ActorStatus) => number | null]
> = {
  actor_up: [
    "1 if the actor runs or rests by will, 0 if degraded or failed.",
    (a) => upOf(a),
  ],
  stream_depth: ["Messages that the stream holds.", (a) => a.depth],
  group_lag: [
    "Messages not yet delivered to the consumer group.",
    (a) => a.lag,
  ],
  group_pending: [
    "Messages delivered and not yet acknowledged.",
    (a) => a.pending,
  ],
  stream_trimmed: [
    "Messages that this host has trimmed since it started.",
    (a) => a.trimmed,
  ],
  dead_letters: ["Dead letters that are not handled.", (a) => a.dead_letters],
  symbols_failing: [
    "Symbols whose newest scan failed.",
    (a) => Object.keys(a.failing).length,
  ],
  symbols_overdue: [
    "Symbols that should have been scanned long since.",
    (a) => a.overdue,
  ],
  scan_interval_seconds: [
    "How often each symbol is scanned, within the market's quota.",
    (a) => scaled(a.schedule.effective_every_ms),
  ],
  last_scan_timestamp_seconds: [
    "When a symbol was last scanned.",
    (a) => seconds(a.schedule.last_scanned),
  ],
  schedule_last_completed_timestamp_seconds: [
    "The last completed slot.",
    (a) => seconds(a.schedule.last_completed),
  ],
};

const isolateGauges: Record<
  string,
  [help: string, value: (isolate: IsolateStatus) => number | null]
> = {
  isolate_running: [
    "1 while the isolate runs.",
    (i) => Number(i.state === "running"),
  ],
  isolate_restarts: ["Restarts since this host started.", (i) => i.restarts],
  isolate_handled: [
    "Events handled since the isolate started.",
    (i) => i.handled,
  ],
  isolate_dead_lettered: [
    "Dead letters made since the isolate started.",
    (i) => i.dead_lettered,
  ],
  isolate_last_read_age_seconds: [
    "Since the last read of the stream completed.",
    (i) => scaled(i.last_read_age_ms),
  ],
};

const foreignGroupGauges: Record<
  string,
  [help: string, value: (group: ForeignGroup) => number | null]
> = {
  foreign_group_lag: [
    "Messages not yet delivered to a group that another program made.",
    (g) => g.lag,
  ],
  foreign_group_pending: [
    "Messages delivered to such a group and not yet acknowledged.",
    (g) => g.pending,
  ],
};

/** The text of `GET /metrics`. */
export function createMetrics(sources: Sources): () => Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({
      name: `signalbox_${name}`,
      help,
      labelNames,
      registers: [registry],
    });
  const ready = gauge("ready", "1 if /readyz answers 200.", []);
  const degraded = gauge("degraded", "1 if it works, with warnings.", []);
  const remaining = gauge(
    "quota_remaining",
    "Calls that the market allows within the minute.",
    ["provider"],
  );
  const calls = new Counter({
    name: "signalbox_market_calls_total",
    help: "Calls to the market that this host has made, by how they ended.",
    labelNames: ["provider", "outcome"],
    registers: [registry],
  });
  const byActor = Object.entries(actorGauges)
    .map(([name, [help, value]]) => ({
      gauge: gauge(name, help, ["actor"]),
      value,
    }));
  const byIsolate = Object.entries(isolateGauges)
    .map(([name, [help, value]]) => ({
      gauge: gauge(name, help, ["actor", "replica"]),
      value,
    }));
  const byForeignGroup = Object.entries(foreignGroupGauges)
    .map(([name, [help, value]]) => ({
      gauge: gauge(name, help, ["actor", "group"]),
      value,
    }));
  return async () => {
    registry.resetMetrics();
    const { state } = await sources.health();
    ready.set(Number(state !== "not-ready"));
    degraded.set(Number(state === "degraded"));
    const quota = await sources.quota();
    if (quota) remaining.set({ provider: quota.provider }, quota.remaining);
    const { market } = sources;
    for (const [outcome, n] of Object.entries(sources.calls.byOutcome())) {
      calls.inc({ provider: market, outcome }, n);
    }
    for (const actor of await sources.status()) {
      const labels = { actor: actor.name };
      for (const { gauge, value } of byActor) set(gauge, labels, value(actor));
      for (const isolate of actor.isolates) {
        const replica = { ...labels, replica: String(isolate.replica) };
        for (const { gauge, value } of byIsolate) {
          set(gauge, replica, value(isolate));
        }
      }
      for (const one of actor.foreign_groups) {
        const group = { ...labels, group: one.group };
        for (const { gauge, value } of byForeignGroup) {
          set(gauge, group, value(one));
        }
      }
    }
    return await registry.metrics();
  };
}

function set(
  gauge: Gauge,
  labels: Record<string, string>,
  value: number | null,
): void {
  if (value !== null) gauge.set(labels, value);
}

function upOf(actor: ActorStatus): number {
  return Number(actor.state === "running" || actor.state === "paused");
}

function seconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000;
}

function scaled(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
