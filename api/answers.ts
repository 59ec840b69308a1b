/** What the API answers with, about signals, actors and streams. */
import { z } from "zod";
import { time } from "./fields.ts";

const count = z.int().min(0);

export const latestSchema = z.looseObject({ symbol: z.string(), at: time })
  .meta({
    id: "Latest",
    description: "A value: symbol, market time, and the fields of the " +
      "signal's data, whose schema `GET /api/signals` tells",
  });

const brokenSchema = z.object({ name: z.string(), error: z.string() })
  .meta({
    id: "BrokenActor",
    description: "A folder that could not be loaded; the others run",
  });

export const brokenListSchema = z.array(brokenSchema).readonly();

export const signalSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  version: z.int(),
  schedule: z.string().describe("Five fields of cron, in UTC"),
  market_hours: z.boolean().describe("Rests while the market is closed"),
  next_scan: time.nullable(),
  schema: z.record(z.string(), z.unknown()).describe("JSON Schema of its data"),
}).meta({ id: "Signal" });

const isolateSchema = z.object({
  replica: z.int(),
  consumer: z.string(),
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
  last_read_age_ms: z.number().nullable(),
  heartbeat_age_ms: z.number().nullable(),
  handled: count,
  dead_lettered: count,
}).meta({ id: "Isolate" });

export const replaySchema = z.object({
  id: z.string(),
  state: z.enum(["running", "done", "failed", "cancelled"]),
  from: z.string().nullable(),
  to: z.string().nullable(),
  done: count,
  total: count.nullable(),
  started_at: time,
  finished_at: time.nullable(),
  error: z.string().nullable(),
}).meta({ id: "Replay" });

export const scheduleSchema = z.object({
  cron: z.string(),
  market_hours: z.boolean(),
  next: time.nullable(),
  last_completed: time.nullable(),
  waiting: z.string().nullable().describe("Why it does not scan now"),
  last_error: z.string().nullable(),
}).meta({ id: "Schedule" });

export const actorSchema = z.object({
  name: z.string(),
  title: z.string(),
  state: z.enum(["running", "degraded", "failed", "paused", "stopped"]),
  paused: z.boolean(),
  schedule: scheduleSchema,
  lag: count.nullable(),
  pending: count.nullable(),
  depth: count.nullable(),
  trimmed: count,
  dead_letters: count,
  isolates: z.array(isolateSchema),
  replay: replaySchema.nullable(),
}).meta({ id: "Actor" });

export const streamSchema = z.object({
  signal: z.string(),
  broker: z.string(),
  depth: count,
  groups: z.array(z.object({
    group: z.string(),
    lag: count.nullable().describe("Not yet delivered; null: not known"),
    pending: count.describe("Delivered and not yet acknowledged"),
    consumers: count,
  })),
}).meta({ id: "Stream" });

export const storedEventSchema = z.object({
  position: z.string(),
  stored_at: time,
  key: z.string(),
  attributes: z.record(z.string(), z.string()),
  data: z.unknown().describe("The data; its bare text where it is not JSON"),
  malformed: z.boolean().describe("True if the data is not JSON"),
}).meta({ id: "StoredEvent" });

export const pendingSchema = z.object({
  position: z.string(),
  consumer: z.string(),
  idle_ms: z.number(),
  deliveries: count,
}).meta({ id: "PendingEvent" });

export const healthSchema = z.object({
  ready: z.boolean(),
  reasons: z.array(z.string()).describe("Why it is not ready; empty if it is"),
  durability: z.object({
    loss_window: z.string(),
    loss_window_ms: z.number().nullable()
      .describe("Null: everything since the start"),
    warnings: z.array(z.string()),
  }).nullable(),
}).meta({ id: "Health" });

export const watchedSchema = z.object({ symbol: z.string(), added_at: time })
  .meta({ id: "WatchedSymbol" });

export const incidentSchema = z.object({
  id: z.string(),
  at: time.describe("When it happened first"),
  count: count.describe("How often it happened within a minute"),
  actor: z.string().nullable(),
  kind: z.string(),
  detail: z.string(),
  host: z.string(),
}).meta({ id: "Incident" });

export const listingSchema = z.object({
  symbol: z.string(),
  description: z.string(),
  type: z.string(),
}).meta({ id: "Listing" });
