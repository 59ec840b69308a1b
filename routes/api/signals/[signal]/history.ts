import { z } from "zod";
import type { HistoryRow } from "../../../../engine/actor.ts";
import { latestSchema } from "../../../../api/answers.ts";
import { csv } from "../../../../api/csv.ts";
import { columnsOf } from "../../../../api/data_schema.ts";
import { api, endpoint } from "../../../../api/endpoint.ts";
import {
  inOrder,
  instant,
  limit,
  orderHint,
  signalParams,
  symbol,
} from "../../../../api/fields.ts";
import { findSignal, refuseUnknownSymbol } from "../../../../api/find.ts";

const historySchema = z.object({
  signal: z.string(),
  symbol: z.string(),
  rows: z.array(latestSchema),
}).meta({ id: "History" });

/** Rows of one answer: a year of minutes. */
const most = 100_000;

export const handler = api({
  GET: endpoint({
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
    const actor = findSignal(services, params.signal);
    const { format, symbol, from, to } = query;
    const rows = await services.history(actor.name, {
      symbol,
      limit: query.limit ?? (format === "csv" ? most : 1_000),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    if (rows.length === 0) {
      await refuseUnknownSymbol(services, actor.name, symbol);
    }
    const signal = actor.name;
    return format === "csv"
      ? download(`${signal}-${symbol}.csv`, csv(columnsOf(actor, rows), rows))
      : Response.json({ signal, symbol, rows } satisfies History, noStore);
  }),
});

type History = { signal: string; symbol: string; rows: HistoryRow[] };

const noStore = { headers: { "cache-control": "no-store" } };

function download(file: string, text: string): Response {
  // A symbol such as BINANCE:BTCUSDT is no name for a file everywhere.
  const name = file.replaceAll(/[^\w.-]/g, "_");
  return new Response(text, {
    headers: {
      ...noStore.headers,
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
}
