/** What is told to Prometheus of each actor, each of its isolates, and each foreign group on its stream. */
import type { HistogramData } from "../engine/histogram.ts";
import type { Measures } from "../engine/measures.ts";
import {
  type ActorStatus,
  type ForeignGroup,
  type IsolateStatus,
  scanOutcomes,
} from "../engine/status.ts";
import type { Family, Sample } from "./exposition.ts";
import type { ActorMeasures } from "./measures.ts";

/** An actor, as it is and as it was measured. */
export interface Measured {
  readonly status: ActorStatus;
  readonly measures: ActorMeasures;
  /** Of each of its isolates, in their order. */
  readonly replicas: readonly Measures[];
}

/** The name without its prefix; what is null is left out. */
interface Metric<Of> {
  readonly name: string;
  readonly type: Family["type"];
  readonly help: string;
  readonly value: (one: Of) => number | HistogramData | null;
}

const gauge = <Of>(
  name: string,
  help: string,
  value: (one: Of) => number | null,
): Metric<Of> => ({ name, type: "gauge", help, value });

const counter = <Of>(
  name: string,
  help: string,
  value: (one: Of) => number | null,
): Metric<Of> => ({ name: `${name}_total`, type: "counter", help, value });

const histogram = <Of>(
  name: string,
  help: string,
  value: (one: Of) => HistogramData,
): Metric<Of> => ({
  name: `${name}_seconds`,
  type: "histogram",
  help,
  value,
});

const byActor: readonly Metric<Measured>[] = [
  gauge(
    "actor_up",
    "1 if the actor runs or rests by will, 0 if degraded or failed.",
    ({ status: { state } }) =>
      Number(state === "running" || state === "paused"),
  ),
  gauge(
    "stream_depth",
    "Messages that the stream holds.",
    ({ status }) => status.depth,
  ),
  counter(
    "stream_trimmed",
    "Messages that this host has trimmed.",
    ({ status }) => status.trimmed,
  ),
  gauge(
    "group_lag",
    "Messages not yet delivered to the consumer group.",
    ({ status }) => status.lag,
  ),
  gauge(
    "group_pending",
    "Messages delivered and not yet acknowledged.",
    ({ status }) => status.pending,
  ),
  gauge(
    "oldest_pending_age_seconds",
    "Age of the oldest event that is not acknowledged, 0 if there is none.",
    ({ status }) => oldestAge(status),
  ),
  gauge(
    "dead_letters",
    "Dead letters that are not handled.",
    ({ status }) => status.dead_letters,
  ),
  gauge(
    "symbols_failing",
    "Symbols whose newest scan failed.",
    ({ status }) => Object.keys(status.failing).length,
  ),
  gauge(
    "symbols_overdue",
    "Symbols that should have been scanned long since.",
    ({ status }) => status.overdue,
  ),
  gauge(
    "scan_interval_seconds",
    "How often each symbol is scanned, within the market's quota.",
    ({ status }) => scaled(status.schedule.effective_every_ms),
  ),
  gauge(
    "last_scan_timestamp_seconds",
    "When a symbol was last scanned.",
    ({ status }) => seconds(status.schedule.last_scanned),
  ),
  gauge(
    "schedule_last_completed_timestamp_seconds",
    "The last completed slot.",
    ({ status }) => seconds(status.schedule.last_completed),
  ),
  counter(
    "events_published",
    "Events that scans of this host have published.",
    ({ measures }) => measures.scans.published,
  ),
  counter(
    "events_handled",
    "Events that this host has handled, replayed ones included.",
    ({ measures }) => measures.handled,
  ),
  counter(
    "events_failed",
    "Events that this host has made dead letters of.",
    ({ measures }) => measures.failed,
  ),
  counter(
    "events_retried",
    "Times that an event was handled again, alone, because it had failed.",
    ({ measures }) => measures.retried,
  ),
  histogram(
    "scan_duration",
    "Time to scan a symbol, without waiting for the quota.",
    ({ measures }) => measures.scans.took,
  ),
  histogram(
    "handle_duration",
    "Time of a call of the handler, with a batch of events.",
    ({ measures }) => measures.handle,
  ),
  histogram(
    "publish_to_stored",
    "Time of an event from the broker's clock to its row.",
    ({ measures }) => measures.publishToStored,
  ),
];

interface MeasuredIsolate {
  readonly status: IsolateStatus;
  readonly measures: Measures | undefined;
}

const byIsolate: readonly Metric<MeasuredIsolate>[] = [
  gauge(
    "isolate_running",
    "1 while the isolate runs.",
    ({ status }) => Number(status.state === "running"),
  ),
  counter(
    "isolate_restarts",
    "How often the isolate was replaced.",
    ({ status }) => status.restarts,
  ),
  counter(
    "isolate_handled",
    "Events that it and those before it have handled.",
    ({ measures }) => measures?.handled ?? 0,
  ),
  counter(
    "isolate_dead_lettered",
    "Events that it and those before it have made dead letters of.",
    ({ measures }) => measures?.failed ?? 0,
  ),
  gauge(
    "isolate_last_read_age_seconds",
    "Since the last read of the stream completed.",
    ({ status }) => scaled(status.last_read_age_ms),
  ),
];

const byForeignGroup: readonly Metric<ForeignGroup>[] = [
  gauge(
    "foreign_group_lag",
    "Messages not yet delivered to a group that another program made.",
    (group) => group.lag,
  ),
  gauge(
    "foreign_group_pending",
    "Messages delivered to such a group and not yet acknowledged.",
    (group) => group.pending,
  ),
];

export function actorFamilies(actors: readonly Measured[]): Family[] {
  const labelled = actors.map((actor) => ({
    labels: { actor: actor.status.name },
    of: actor,
  }));
  const isolates = actors.flatMap(({ status: { name, isolates }, replicas }) =>
    isolates.map((status, i) => ({
      labels: { actor: name, replica: String(status.replica) },
      of: { status, measures: replicas[i] },
    }))
  );
  const groups = actors.flatMap(({ status: { name, foreign_groups } }) =>
    foreign_groups.map((group) => ({
      labels: { actor: name, group: group.group },
      of: group,
    }))
  );
  return [
    ...byActor.map((metric) => familyOf(metric, labelled)),
    scansFamily(actors),
    ...byIsolate.map((metric) => familyOf(metric, isolates)),
    ...byForeignGroup.map((metric) => familyOf(metric, groups)),
  ];
}

function familyOf<Of>(
  { name, type, help, value }: Metric<Of>,
  all: readonly { labels: Sample["labels"]; of: Of }[],
): Family {
  const samples = all.flatMap(({ labels, of }) => {
    const told = value(of);
    return told === null ? [] : [{ labels, value: told }];
  });
  return { name: `signalbox_${name}`, type, help, samples };
}

/** By how they ended: one metric with one more label. */
function scansFamily(actors: readonly Measured[]): Family {
  const samples = actors.flatMap(({ status: { name }, measures: { scans } }) =>
    scanOutcomes.map((outcome) => ({
      labels: { actor: name, outcome },
      value: scans.outcomes[outcome],
    }))
  );
  const help = "Symbols that this host has scanned, by how that ended.";
  return { name: "signalbox_scans_total", type: "counter", help, samples };
}

/** Null where the broker cannot tell it. */
function oldestAge(
  { oldest_ms, lag, pending }: ActorStatus,
): number | null {
  if (oldest_ms !== null) return oldest_ms / 1000;
  return lag === 0 && pending === 0 ? 0 : null;
}

function seconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000;
}

function scaled(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
