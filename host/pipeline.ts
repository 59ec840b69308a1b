/** The history of the pipeline as it is told: figures over time, and what happened since somebody looked. */
import { z } from "zod";
import { listRuns } from "../db/host_runs.ts";
import type { JournalEntry } from "../db/journal.ts";
import type { Stretch } from "../db/pipeline.ts";
import { Histogram } from "../engine/histogram.ts";
import { deadline, DeadlineError } from "../wait.ts";
import { merged } from "./journal.ts";
import { NotReadyError } from "./services.ts";
import type { Stores } from "./stores.ts";

const count = z.int().min(0);
const time = z.string().meta({ format: "date-time" });

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How far back, and how long one stretch is. */
export const ranges = {
  "1h": { ms: hourMs, stepMs: minuteMs },
  "24h": { ms: 24 * hourMs, stepMs: 15 * minuteMs },
  "7d": { ms: 7 * 24 * hourMs, stepMs: hourMs },
} as const;

export type Range = keyof typeof ranges;

export const rangeNames = Object.keys(ranges) as Range[];

export const figuresSchema = z.object({
  at: time.describe("The beginning of the stretch"),
  events: count.describe("Stored within it"),
  latency_p50_ms: z.number().nullable().describe(
    "Within so long half of them were stored, after the broker took them; " +
      "null if there were none",
  ),
  latency_p99_ms: z.number().nullable()
    .describe("The same of all but one in a hundred"),
  lag: count.nullable().describe("The most that was seen"),
  pending: count.nullable().describe("The most that was seen"),
  failures: count.describe("Dead letters made, and scans that failed"),
  dead_letters: count,
  failed_scans: count.describe("Of single symbols"),
  calls: count.describe("To the market"),
  quota_remaining: count.nullable().describe(
    "The least that was left of the market's quota; null without one",
  ),
}).meta({ id: "PipelineFigures" });

export type Figures = z.infer<typeof figuresSchema>;

export const historySchema = z.object({
  actor: z.string(),
  range: z.enum(rangeNames),
  from: time,
  to: time,
  step_ms: count.describe("How long each stretch is"),
  points: z.array(figuresSchema)
    .describe("Oldest first; a stretch in which no host ran is missing"),
}).meta({ id: "PipelineHistory" });

export type PipelineHistory = z.infer<typeof historySchema>;

export const journalEntrySchema = z.object({
  kind: z.string().describe(
    "`down` (no host ran), `host-started`, `host-stopped`, `host-lost`, " +
      "`not-ready`, `paused`, `resumed`, `restarted`, `slot-failed`, " +
      "`dead-letters`, or that of an incident",
  ),
  actor: z.string().nullable(),
  host: z.string().nullable(),
  detail: z.string(),
  at: time.describe("When it happened first, or began"),
  until: time.nullable()
    .describe("When it happened last, or ended; null if it happened once"),
  count: count.describe("How often"),
}).meta({ id: "JournalEntry" });

export type ToldEntry = z.infer<typeof journalEntrySchema>;

export interface Pipeline {
  /** By actor; of one that is not there, there is nothing. */
  history(range: Range): Promise<ReadonlyMap<string, PipelineHistory>>;
  /** What happened after `since`, newest first. */
  journal(since: Date | null, limit: number): Promise<ToldEntry[]>;
  /** Somebody looks: returns when it was looked at before, null if never. */
  look(): Promise<Date | null>;
  /** All that there is now is known. */
  noteRead(): Promise<void>;
}

/** A page waits no longer for it. */
const withinMs = 1_500;
const mostRuns = 100;

export function createPipeline(
  { sql, pipeline, journal }: Pick<Stores, "sql" | "pipeline" | "journal">,
): Pipeline {
  const late = "PostgreSQL does not tell the history in time";
  const told = <T>(answer: Promise<T>): Promise<T> =>
    deadline(answer, withinMs, late).catch((cause) => {
      if (!(cause instanceof DeadlineError)) throw cause;
      throw new NotReadyError(late, { cause });
    });
  return {
    async history(range) {
      const window = windowOf(range, Date.now());
      const stretches = await told(pipeline.history(window));
      const byActor = Map.groupBy(stretches, ({ actor }) => actor);
      return new Map([...byActor].map(([actor, own]) => [actor, {
        actor,
        range,
        from: window.from.toISOString(),
        to: window.to.toISOString(),
        step_ms: window.stepMs,
        points: own.map(figuresOf),
      }]));
    },
    async journal(since, limit) {
      const [entries, runs] = await told(Promise.all([
        journal.list(since, limit),
        listRuns(sql, mostRuns),
      ]));
      return merged(entries, runs, since, limit).map(toldEntry);
    },
    look: () => told(journal.look()),
    noteRead: () => told(journal.noteRead()),
  };
}

/** Whole stretches: the last one is that in which we are. */
export function windowOf(range: Range, now: number) {
  const { ms, stepMs } = ranges[range];
  const to = (Math.floor(now / stepMs) + 1) * stepMs;
  return { from: new Date(to - ms), to: new Date(to), stepMs };
}

export function figuresOf(
  { at, actor: _, latency, ...rest }: Stretch,
): Figures {
  const { dead_letters, failed_scans } = rest;
  const times = latency &&
    new Histogram().add({ counts: [...latency], sum: 0 });
  return {
    at: at.toISOString(),
    ...rest,
    failures: dead_letters + failed_scans,
    latency_p50_ms: milliseconds(times?.quantile(0.5)),
    latency_p99_ms: milliseconds(times?.quantile(0.99)),
  };
}

function milliseconds(seconds: number | null | undefined): number | null {
  return seconds === null || seconds === undefined
    ? null
    : Math.round(seconds * 10_000) / 10;
}

const toldEntry = ({ at, until, ...entry }: JournalEntry): ToldEntry => (
  { ...entry, at: at.toISOString(), until: until?.toISOString() ?? null }
);
