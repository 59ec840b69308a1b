/** How this host is: for monitors, and for whoever asks what went wrong. */
import { z } from "zod";
import { type Health, healthSchema } from "../host/health.ts";
import { journalEntrySchema } from "../host/pipeline.ts";
import type { Services } from "../host/services.ts";
import { isKnown } from "./access.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { feedOf } from "./events.ts";
import { instant, limit, time } from "./fields.ts";

const endpoint = endpointsWith<Services>();

/** Monitors need no token, and strangers no symbols, no errors and no names of servers. */
function withoutDetails(health: Health): Health {
  const reasons = health.ready ? [] : ["ask with the access token to see why"];
  return { ...health, reasons, warnings: [], durability: null };
}

const incidentSchema = z.object({
  id: z.string(),
  at: time.describe("When it happened first"),
  count: z.int().min(0).describe("How often it happened within a minute"),
  actor: z.string().nullable(),
  kind: z.string(),
  detail: z.string(),
  host: z.string(),
}).meta({ id: "Incident" });

const bytesPerDay = z.number().nullable()
  .describe("On the average since `since`; null until an hour has passed");

const storageSchema = z.object({
  bytes: z.number().describe("Of the whole database"),
  bytes_per_day: bytesPerDay,
  since: time.nullable()
    .describe("When sizes were first recorded, at most a week ago"),
  tables: z.array(z.object({
    table: z.string(),
    bytes: z.number().describe("With its indexes"),
    rows: z.number().nullable()
      .describe("As PostgreSQL estimates; null before it has looked"),
    bytes_per_day: bytesPerDay,
  })).readonly().describe("The largest first"),
}).meta({ id: "Storage" });

function eventClients(clients: number): string {
  const name = "signalbox_event_clients";
  return `# HELP ${name} Clients that follow the events of this host.\n` +
    `# TYPE ${name} gauge\n${name} ${clients}\n`;
}

export const status = [
  endpoint("GET", "/healthz", {
    summary: "The process answers; nothing else is looked at",
    answers: { 200: z.object({ status: z.literal("ok") }) },
  }, () => reply(200, { status: "ok" })),

  endpoint("GET", "/readyz", {
    summary: "Whether everything that is needed works, and what is at risk",
    description: "Needs no access token; without it, only the state is told.",
    answers: { 200: healthSchema, 503: healthSchema },
  }, async ({ services: { about, status }, request }) => {
    const health = await status.health();
    const told = isKnown(request, about) ? health : withoutDetails(health);
    return health.ready ? reply(200, told) : reply(503, told);
  }),

  endpoint("GET", "/metrics", {
    summary: "Metrics in the text format of Prometheus",
    answers: {
      200: {
        description: "Counters, gauges and histograms",
        content: { "text/plain": z.string() },
      },
    },
  }, async ({ services }) => {
    const headers = {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    };
    const clients = eventClients(feedOf(services).clients);
    return new Response(await services.status.metrics() + clients, { headers });
  }),

  endpoint("GET", "/api/incidents", {
    summary: "What went wrong and was mended, newest first",
    query: z.strictObject({ limit: limit(1_000).default(100) }),
    answers: { 200: z.object({ incidents: z.array(incidentSchema) }) },
  }, async ({ services: { status }, query }) => {
    return reply(200, { incidents: await status.incidents(query.limit) });
  }),

  endpoint("GET", "/api/storage", {
    summary: "What each table takes on the disk, and how fast it grows",
    answers: { 200: storageSchema },
  }, async ({ services: { status } }) => reply(200, await status.storage())),

  endpoint("GET", "/api/journal", {
    summary: "What happened, newest first",
    description: "Restarts, pauses, slots that were given up, dead letters, " +
      "incidents, and times in which a host could not work or none ran.",
    query: z.strictObject({
      from: instant.optional().describe("What ended before is left out"),
      limit: limit(1_000).default(100),
    }),
    answers: { 200: z.object({ entries: z.array(journalEntrySchema) }) },
  }, async ({ services: { pipeline }, query: { from, limit } }) => {
    const since = from === undefined ? null : new Date(from);
    return reply(200, { entries: await pipeline.journal(since, limit) });
  }),

  endpoint("POST", "/api/journal/seen", {
    summary: "Says that somebody has read it",
    description: "The system page tells of what happens from now on. Whoever " +
      "opens that page half an hour after the last one reads from there on.",
    answers: { 200: z.object({ seen: z.literal(true) }) },
  }, async ({ services: { pipeline } }) => {
    await pipeline.noteRead();
    return reply(200, { seen: true });
  }),
];
