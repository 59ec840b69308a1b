/** What the actors gather: their values, now and before, and a scan for new ones. */
import { z } from "zod";
import type { HistoryQuery, Value } from "../engine/actor.ts";
import { descriptionSchema } from "../engine/protocol.ts";
import {
  brokenActorSchema,
  scanResultSchema,
  symbolStateSchema,
} from "../engine/status.ts";
import type { Services } from "../host/services.ts";
import { findActor } from "./actors.ts";
import { download } from "./csv.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import { inOrder, instant, limit, safe, symbol, time } from "./fields.ts";
import { csvParts, jsonParts, pagesOf, streamed, turnFor } from "./rows.ts";
import { findWatched, refuseUnwatched } from "./watchlist.ts";
import { drawCells, genericView } from "../ui/views.tsx";

const endpoint = endpointsWith<
  Pick<
    Services,
    "catalog" | "values" | "watching" | "status" | "commands" | "events"
  >
>();

const signalSchema = descriptionSchema.omit({ net: true }).extend({
  schedule: z.string().describe("Five fields of cron, in UTC"),
  market_hours: z.boolean().describe("Rests while the market is closed"),
  next_scan: time.nullable(),
  schema: descriptionSchema.shape.schema.describe("JSON Schema of its data"),
  columns: z.array(z.object({
    name: z.string(),
    heading: z.string(),
    width: z.number().nullable()
      .describe("In digits; null: whatever room there is"),
    numeric: z.boolean(),
  })).describe("Its columns of the watchlist, from the left"),
}).meta({ id: "Signal" });

const latestSchema = z.looseObject({ symbol: z.string(), at: time }).meta({
  id: "Latest",
  description: "A value: symbol, market time, and the fields of the " +
    "signal's data, whose schema `GET /api/signals` tells",
});

const historySchema = z.object({
  signal: z.string(),
  symbol: z.string(),
  rows: z.array(latestSchema),
}).meta({ id: "History" });

const known = time.nullable();

const provenanceSchema = z.object({
  signal: z.string(),
  symbol: z.string(),
  value: latestSchema.nullable(),
  at: known.describe("Market time of the value"),
  event_id: z.string().nullable(),
  slot: known.describe("Of the scan that brought it; null if that was by hand"),
  scan_id: z.string().nullable(),
  scanned_at: known.describe("When that scan began to ask the market"),
  market_calls: symbolStateSchema.shape.market_calls
    .describe("What that scan asked the market; null where it was not kept"),
  published_at: known.describe("When the broker took it"),
  position: z.string().nullable(),
  delivered_at: known,
  attempts: z.int().nullable()
    .describe("Deliveries and tries until it was stored"),
  stored_at: known,
  trace_id: z.string().nullable(),
  host: z.string().nullable().describe("The consumer that stored it"),
  next_scan: known,
  last_error: z.string().nullable().describe(
    "Of the last scan or handling of this symbol; null if that was well",
  ),
  reason: z.string().nullable()
    .describe("Why there is no value, or why its way is not known"),
  last_scan: symbolStateSchema.nullable(),
  dead_letter: z.string().nullable().describe(
    "The dead letter of this symbol that failed last, if it waits for somebody",
  ),
}).meta({ id: "Provenance" });

/** Rows of one answer: a year of minutes; and of one that is made at once. */
const most = { inAll: 100_000, atOnce: 1_000 };
/** Points of one answer: more than any screen is wide. A stretch of thinned rows has six. */
const points = { most: 10_000, least: 6 };

export const signals = [
  endpoint("GET", "/api/signals", {
    summary: "Every signal, its schedule, and the schema of its data",
    answers: {
      200: z.object({
        signals: z.array(signalSchema),
        broken: z.array(brokenActorSchema).readonly(),
      }),
    },
  }, async ({ services: { catalog, status } }) => {
    const statuses = await status.actors();
    const signals = [...catalog.actors.values()].map(({ net: _, ...actor }) => {
      const { columns } = catalog.views.get(actor.name) ??
        genericView(actor.name);
      const now = statuses.find(({ name }) => name === actor.name)?.schedule;
      return {
        ...actor,
        schedule: now?.cron ?? actor.schedule,
        market_hours: now?.market_hours ?? actor.market_hours,
        next_scan: now?.next ?? null,
        columns: columns.map(({ name, heading, width, numeric }) => (
          { name, heading, width: width ?? null, numeric: numeric ?? false }
        )),
      };
    });
    return reply(200, { signals, broken: catalog.broken });
  }),

  endpoint("GET", "/api/signals/{signal}/latest", {
    summary: "The newest value of each symbol, or of one",
    query: z.strictObject({
      symbol: symbol.optional(),
      render: z.enum(["text"]).optional()
        .describe("Also what its columns of the watchlist say"),
    }),
    answers: {
      200: z.object({
        signal: z.string(),
        values: z.array(latestSchema),
        cells: z.array(z.array(z.string())).optional()
          .describe("With `render=text`: of each value, for each column"),
      }),
    },
    problems: ["not-found"],
    revalidated: true,
  }, async ({ services, params, query: { symbol, render } }) => {
    const { name } = findActor(services.catalog, params.signal);
    const found = await latestOf(services, name, symbol);
    const values = [...found.values()]
      .sort((a, b) => a.symbol < b.symbol ? -1 : 1);
    const view = services.catalog.views.get(name) ?? genericView(name);
    const cells = render &&
      values.map((value) =>
        drawCells(view, value, null).map(({ text }) => text)
      );
    return reply(200, { signal: name, values, ...cells && { cells } });
  }),

  endpoint("GET", "/api/signals/{signal}/history", {
    summary: "The history of a symbol, oldest first, as JSON or CSV",
    description: "Both ends belong to the window; if it holds more rows than " +
      "`limit`, the newest are kept. With `points` all of the window is told " +
      "in at most so many rows: of each stretch the first, the last and those " +
      "with its extremes; `limit` then holds only for signals that cannot do " +
      "this. CSV is RFC 4180 with a header, and its values are exact: a " +
      "spreadsheet would run a headline that starts with = as a formula, " +
      "unless `safe=1`. Of more than 10,000 rows few are sent at a time; " +
      "beyond, the answer is 503 with `Retry-After`.",
    query: z.strictObject({
      symbol,
      from: instant.exactOptional(),
      to: instant.exactOptional(),
      limit: limit(most.inAll).optional()
        .describe("1000 for JSON unless told, and all that is allowed for CSV"),
      points: limit(points.most, points.least).exactOptional()
        .describe("The most rows to thin the window to"),
      format: z.enum(["json", "csv"]).default("json"),
      safe: safe.exactOptional(),
    }).refine(...inOrder),
    answers: {
      200: {
        description: "Rows of the signal",
        content: { "application/json": historySchema, "text/csv": z.string() },
      },
    },
    problems: ["not-found", "conflict"],
  }, async ({ services, params, query }) => {
    const { name, schema } = findActor(services.catalog, params.signal);
    const { format, safe: isSafe, ...window } = query;
    const { symbol, limit = format === "csv" ? most.inAll : most.atOnce } =
      window;
    const isWhole = limit <= most.atOnce || window.points !== undefined;
    const done = turnFor(window.points ?? limit);
    try {
      const ask = (query: HistoryQuery) => services.values.history(name, query);
      const asked = { ...window, limit };
      const pages = isWhole ? only(ask(asked)) : pagesOf(ask, asked);
      // What is wrong is mostly wrong at once: then a problem can be told.
      const first = await pages.next();
      const rows = first.value ?? [];
      if (rows.length === 0) await latestOf(services, name, symbol);
      if (isWhole && format === "json") {
        done();
        return reply(200, { signal: name, symbol, rows });
      }
      const all = () => beginningWith(rows, pages);
      if (format === "json") {
        const head = { signal: name, symbol };
        const json = (signal: AbortSignal) => jsonParts(head, all(), signal);
        return jsonStream(streamed(json, done));
      }
      const names = columns(schema);
      const csv = (signal: AbortSignal) =>
        csvParts(names, all(), isSafe !== undefined, signal);
      return download(`${name}-${symbol}.csv`, streamed(csv, done));
    } catch (error) {
      done();
      throw error;
    }
  }),

  endpoint("GET", "/api/signals/{signal}/provenance", {
    summary:
      "Where the newest value of a symbol comes from, or why it has none",
    query: z.strictObject({ symbol }),
    answers: { 200: provenanceSchema },
    problems: ["not-found"],
  }, async ({ services, params, query: { symbol } }) => {
    const { name } = findActor(services.catalog, params.signal);
    const found = await services.events.provenance(name, symbol);
    if (!found.value) await findWatched(services.watching, symbol);
    return reply(200, found);
  }),

  endpoint("POST", "/api/signals/{signal}/scan", {
    summary: "Scans now, out of schedule, and answers when it is done",
    description:
      "Before what is scanned by schedule. If not one symbol could " +
      "be scanned because the market refuses it or cannot be asked, the " +
      "problem says why, in the market's words.",
    query: z.strictObject({
      symbol: symbol.optional().describe("One of the watchlist, as `symbols`"),
    }),
    body: z.strictObject({
      symbols: z.array(symbol).min(1).max(5_000).optional()
        .describe("Of the watchlist; all of it unless told"),
    }).meta({ example: { symbols: ["AAPL"] } }).optional(),
    answers: { 200: scanResultSchema.extend({ signal: z.string() }) },
    problems: ["refused", "unknown-symbol", "market-unavailable"],
    slow: true,
  }, async ({ services, params, query, body }) => {
    const { catalog, watching, commands } = services;
    const { name } = findActor(catalog, params.signal);
    const symbols = query.symbol ? [query.symbol] : body?.symbols;
    if (symbols) await refuseUnwatched(watching, symbols);
    const result = await commands.scan(name, symbols);
    return reply(200, { signal: name, ...result });
  }),
];

function jsonStream(body: ReadableStream<Uint8Array>): Response {
  const headers = {
    "cache-control": "no-store",
    "content-type": "application/json",
  };
  return new Response(body, { headers });
}

/**
 * The newest values of an actor, by symbol; of one, or of all.
 * @throws {ProblemError} `not-found` if the one is neither watched nor has a value of this actor
 */
async function latestOf(
  { values, watching }: Pick<Services, "values" | "watching">,
  actor: string,
  symbol: string | undefined,
): Promise<Map<string, Value>> {
  const found = await values.latest(actor, symbol ? [symbol] : undefined);
  if (symbol && found.size === 0) await findWatched(watching, symbol);
  return found;
}

/** The fields that an actor's rows always have, in order: symbol, at, those of its data. */
function columns(schema: Readonly<Record<string, unknown>>): string[] {
  // A schema that is no plain object has no list of fields; the rows have.
  const fields = Array.isArray(schema.required) ? schema.required : [];
  return [...new Set<string>(["symbol", "at", ...fields])];
}

async function* only<T>(one: Promise<T>): AsyncGenerator<T, void> {
  yield await one;
}

async function* beginningWith<T>(
  first: T,
  others: AsyncIterable<T>,
): AsyncGenerator<T, void> {
  yield first;
  yield* others;
}
