/** What the actors gather: their values, now and before, and a scan for new ones. */
import { z } from "zod";
import type { Value } from "../engine/actor.ts";
import { descriptionSchema } from "../engine/protocol.ts";
import { brokenActorSchema, scanResultSchema } from "../engine/status.ts";
import type { Services } from "../host/services.ts";
import { findActor } from "./actors.ts";
import { csv } from "./csv.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import {
  inOrder,
  instant,
  limit,
  orderHint,
  signalParams,
  symbol,
  time,
} from "./fields.ts";
import { given } from "./input.ts";
import { findWatched, refuseUnwatched } from "./watchlist.ts";

const endpoint = endpointsWith<
  Pick<Services, "catalog" | "values" | "watching" | "status" | "commands">
>();

const signalSchema = descriptionSchema.omit({ net: true }).extend({
  schedule: z.string().describe("Five fields of cron, in UTC"),
  market_hours: z.boolean().describe("Rests while the market is closed"),
  next_scan: time.nullable(),
  schema: descriptionSchema.shape.schema.describe("JSON Schema of its data"),
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

/** Rows of one answer: a year of minutes. */
const most = 100_000;

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
    const signals = [...catalog.actors.values()].map((described) => {
      const { net: _, ...actor } = described;
      const now = statuses.find(({ name }) => name === actor.name)?.schedule;
      return {
        ...actor,
        schedule: now?.cron ?? actor.schedule,
        market_hours: now?.market_hours ?? actor.market_hours,
        next_scan: now?.next ?? null,
      };
    });
    return reply(200, { signals, broken: catalog.broken });
  }),

  endpoint("GET", "/api/signals/{signal}/latest", {
    summary: "The newest value of each symbol, or of one",
    params: signalParams,
    query: z.strictObject({ symbol: symbol.optional() }),
    answers: {
      200: z.object({ signal: z.string(), values: z.array(latestSchema) }),
    },
    problems: ["unknown-signal", "not-found"],
  }, async ({ services, params, query: { symbol } }) => {
    const { name } = findActor(services.catalog, params.signal);
    const found = await services.values.latest(
      name,
      symbol ? [symbol] : undefined,
    );
    if (symbol && found.size === 0) {
      await findWatched(services.watching, symbol);
    }
    const values = [...found.values()].sort((a, b) =>
      a.symbol < b.symbol ? -1 : 1
    );
    return reply(200, { signal: name, values });
  }),

  endpoint("GET", "/api/signals/{signal}/history", {
    summary: "The history of a symbol, oldest first, as JSON or CSV",
    description: "Both ends belong to the window; if it holds more rows than " +
      "`limit`, the newest are kept. CSV is RFC 4180 with a header, and its " +
      "values are exact: import it as text where a spreadsheet would run a " +
      "headline that starts with = as a formula.",
    params: signalParams,
    query: z.strictObject({
      symbol,
      from: instant.optional(),
      to: instant.optional(),
      limit: limit(most).optional()
        .describe("1000 for JSON unless told, and all that is allowed for CSV"),
      format: z.enum(["json", "csv"]).default("json"),
    }).refine(inOrder, orderHint),
    answers: {
      200: {
        description: "Rows of the signal",
        content: { "application/json": historySchema, "text/csv": z.string() },
      },
    },
    problems: ["unknown-signal", "not-found"],
  }, async ({ services, params, query }) => {
    const { name, schema } = findActor(services.catalog, params.signal);
    const { format, symbol, from, to } = query;
    const limit = query.limit ?? (format === "csv" ? most : 1_000);
    const rows = await services.values
      .history(name, { symbol, limit, ...given({ from, to }) });
    if (rows.length === 0) await refuseUnknownSymbol(services, name, symbol);
    if (format === "csv") {
      return download(
        `${name}-${symbol}.csv`,
        csv(columns(schema, rows), rows),
      );
    }
    return Response.json({ signal: name, symbol, rows }, { headers: noStore });
  }),

  endpoint("POST", "/api/signals/{signal}/scan", {
    summary: "Scans now, out of schedule, and answers when it is done",
    params: signalParams,
    body: z.strictObject({
      symbols: z.array(symbol).min(1).max(5_000).optional()
        .describe("Of the watchlist; all of it unless told"),
    }).optional(),
    answers: { 200: scanResultSchema.extend({ signal: z.string() }) },
    problems: ["unknown-signal", "refused", "market-unavailable"],
    slow: true,
  }, async ({ services: { catalog, watching, commands }, params, body }) => {
    const { name } = findActor(catalog, params.signal);
    if (body?.symbols) await refuseUnwatched(watching, body.symbols);
    const result = await commands.scan(name, body?.symbols);
    return reply(200, { signal: name, ...result });
  }),
];

/** @throws {ProblemError} `not-found` if a symbol is neither watched nor has a value of this actor. */
async function refuseUnknownSymbol(
  { values, watching }: Pick<Services, "values" | "watching">,
  actor: string,
  symbol: string,
): Promise<void> {
  if ((await values.latest(actor, [symbol])).has(symbol)) return;
  await findWatched(watching, symbol);
}

/** The fields of an actor's rows, in order: symbol, at, and those of its data. */
function columns(
  schema: Readonly<Record<string, unknown>>,
  rows: readonly Value[],
): string[] {
  const fields = Object.keys(schema.properties ?? {});
  // A schema that is no plain object has no list of fields; the rows have.
  const found = rows.flatMap((row) => Object.keys(row));
  return [...new Set(["symbol", "at", ...fields, ...found])];
}

const noStore = { "cache-control": "no-store" };

function download(file: string, text: string): Response {
  // A symbol such as BINANCE:BTCUSDT is no name for a file everywhere.
  const name = file.replaceAll(/[^\w.-]/g, "_");
  return new Response(text, {
    headers: {
      ...noStore,
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
}
