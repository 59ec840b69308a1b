/** What is told of actors, to people and to programs: declared here once, as it goes over the wire. */
import { z } from "zod";
import { callOutcomes } from "../market/market.ts";
import { keptCallsSchema } from "./kept_calls.ts";

const count = z.int().min(0);
const time = z.string().meta({ format: "date-time" });

/** How the scan of a symbol ended. */
export const scanOutcomes = [
  "ok",
  "refused",
  "unknown",
  "unavailable",
  "failed",
] as const;

const scanOutcomeSchema = z.enum(scanOutcomes).describe(
  "`refused`: the market refuses this symbol; `unknown`: it does not know " +
    "it; `unavailable`: it could not be asked; `failed`: the actor failed",
);

/** The scan of one symbol, as its isolate answers it. */
export const symbolScanSchema = z.object({
  outcome: scanOutcomeSchema,
  error: z.string().nullable(),
  published: count,
  /** Calls to the market, by how they ended. */
  calls: z.partialRecord(z.enum(callOutcomes), count),
  /** The last of them, and those that were made for others as well. */
  market_calls: keptCallsSchema,
  /** Without the time in which it waited for the quota, which follows. */
  duration_ms: count,
  waited_ms: count,
});

export const scanResultSchema = z.object({
  published: z.int(),
  failed: z.record(z.string(), z.string())
    .describe("Symbols that could not be scanned, with the reason"),
  outcomes: z.record(z.string(), scanOutcomeSchema)
    .describe("Of those symbols, how their scan ended"),
});

/** How the newest scan of a symbol ended. */
export const symbolStateSchema = z.object({
  symbol: z.string(),
  outcome: scanOutcomeSchema,
  error: z.string().nullable(),
  scan_id: z.string().describe("Also the trace id of its events"),
  slot: time.nullable().describe("Null if it was scanned by hand alone"),
  tried_at: time,
  scanned_at: time.nullable().describe("The newest try that succeeded"),
  next_at: time.nullable().describe("When a symbol that failed is next tried"),
  failures: count.describe("In a row"),
  calls: count.describe("As the quota counts them: each try is one"),
  market_calls: keptCallsSchema.nullable().describe(
    "What it asked the market; null if it was scanned before that was kept",
  ),
  duration_ms: count,
  waited_ms: count,
}).meta({ id: "SymbolScan" });

export const isolateSchema = z.object({
  replica: z.int(),
  consumer: z.string().describe("Its consumer's name in the group"),
  state: z.enum([
    "starting",
    "running",
    "restarting",
    "failed",
    "stopping",
    "stopped",
  ]),
  started_at: time.nullable(),
  uptime_ms: z.number().nullable(),
  restarts: count,
  last_error: z.object({
    message: z.string(),
    stack: z.string().nullable(),
    at: time,
  }).nullable(),
  last_read_age_ms: z.number().nullable()
    .describe("Since its last read of the stream completed"),
  heartbeat_age_ms: z.number().nullable(),
  waiting: z.object({ reason: z.string(), ms: z.number() }).nullable()
    .describe("What keeps its batch from being stored, and for how long"),
  in_hand: z.boolean().describe("True while its handler has a batch"),
  handled_age_ms: z.number().describe(
    "Since an event was handled last, also by the isolates before it; " +
      "at first, since it was started or resumed",
  ),
  handled: count.describe("Since this isolate started"),
  dead_lettered: count.describe("Since this isolate started"),
}).meta({ id: "Isolate" });

const failureSchema = z.object({
  position: z.string(),
  event_id: z.string().nullable(),
  reason: z.string(),
  error: z.string(),
}).meta({ id: "ReplayFailure" });

export const replayOutcomeSchema = z.object({
  done: count.describe("Events that were handed to the handler"),
  failed: count.describe("Of those: dead letters now, see there"),
  failures: z.array(failureSchema).max(5).describe("The first few that failed"),
});

export const replaySchema = replayOutcomeSchema.extend({
  id: z.string(),
  state: z.enum(["running", "done", "failed"]),
  from: z.string().nullable(),
  to: z.string().nullable(),
  total: count.nullable(),
  started_at: time,
  finished_at: time.nullable(),
  error: z.string().nullable(),
}).meta({ id: "Replay" });

export const scheduleSchema = z.object({
  cron: z.string().describe("Empty if it scans nothing"),
  market_hours: z.boolean(),
  next: time.nullable(),
  last_completed: time.nullable(),
  waiting: z.string().nullable().describe("Why it does not scan now"),
  last_error: z.string().nullable(),
  last_scanned: time.nullable()
    .describe("When a symbol was last scanned, whatever its slot"),
  every_ms: z.number().nullable()
    .describe("From one slot to the next, as the schedule has it"),
  effective_every_ms: z.number().nullable()
    .describe("How often each symbol is scanned, within the market's quota"),
  quota: z.string().nullable()
    .describe("Why that is rarer than scheduled; null if it is not"),
}).meta({ id: "Schedule" });

export const quotaSchema = z.object({
  provider: z.string(),
  limit: count.describe("Calls that the market allows in a minute"),
  remaining: count.describe("Of those, how many are left now"),
  paused_ms: count.describe("For how long the market asked us to wait"),
}).meta({ id: "Quota" });

export const foreignGroupSchema = z.object({
  group: z.string(),
  lag: count.nullable(),
  pending: count,
  oldest_ms: z.number().nullable(),
  removed_by: z.string().describe("The command that removes it"),
}).meta({
  id: "ForeignGroup",
  description: "A group on the actor's stream that another program made: it " +
    "keeps what it has not acknowledged from being trimmed",
});

export const actorStatusSchema = z.object({
  name: z.string(),
  title: z.string(),
  state: z.enum(["running", "degraded", "failed", "paused", "stopped"]),
  paused: z.boolean(),
  schedule: scheduleSchema,
  lag: count.nullable(),
  lagging_since: time.nullable().describe(
    "Since when its group has been behind, looked at every ten seconds; " +
      "null if it is not",
  ),
  pending: count.nullable(),
  oldest_ms: z.number().nullable()
    .describe("Age of the oldest event that is not acknowledged, if known"),
  handled: count.nullable().describe(
    "Events handled by all isolates of all hosts, ever, as far as that is " +
      "written down; null if that cannot be read",
  ),
  depth: count.nullable(),
  trimmed: count,
  dead_letters: count,
  failing: z.record(z.string(), z.string())
    .describe("Symbols whose last scan failed, with the reason"),
  refused: count.describe("Of those, how many the market refuses"),
  watched: count.describe("Symbols of the watchlist"),
  overdue: count.describe("Symbols that should have been scanned long since"),
  closed: z.record(z.string(), z.iso.datetime().nullable()).optional().describe(
    "Symbols whose exchange is closed, and until when; null where that is not " +
      "known. Only where each symbol keeps the hours of its own exchange",
  ),
  calls_per_symbol: z.number().nullable()
    .describe("Calls to the market for one symbol, at the mean"),
  calls: count.describe("Calls to the market since this host started"),
  foreign_groups: z.array(foreignGroupSchema),
  shared_rights: z.string().nullable().describe(
    "Why its isolates log in at a server as Signalbox itself, and not as " +
      "the actor; null if they do not",
  ),
  isolates: z.array(isolateSchema),
  replay: replaySchema.nullable(),
}).meta({ id: "Actor" });

export const brokenActorSchema = z.object({
  name: z.string(),
  error: z.string(),
}).meta({
  id: "BrokenActor",
  description: "A folder that holds no working actor; the others run",
});

export type ScanOutcome = z.infer<typeof scanOutcomeSchema>;
export type SymbolScan = z.infer<typeof symbolScanSchema>;
export type SymbolState = z.infer<typeof symbolStateSchema>;
export type QuotaStatus = z.infer<typeof quotaSchema>;
export type ScanResult = z.infer<typeof scanResultSchema>;
export type IsolateStatus = z.infer<typeof isolateSchema>;
export type IsolateState = IsolateStatus["state"];
export type ReplayOutcome = z.infer<typeof replayOutcomeSchema>;
export type ReplayStatus = z.infer<typeof replaySchema>;
export type ScheduleStatus = z.infer<typeof scheduleSchema>;
export type ForeignGroup = z.infer<typeof foreignGroupSchema>;
export type ActorStatus = z.infer<typeof actorStatusSchema>;
export type BrokenActor = z.infer<typeof brokenActorSchema>;
