import { z } from "zod";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { signalParams, symbol } from "../../../../api/fields.ts";
import { findSignal, refuseUnwatched } from "../../../../api/find.ts";

export const handler = api({
  POST: endpoint({
    summary: "Scans now, out of schedule, and answers when it is done",
    params: signalParams,
    body: z.strictObject({
      symbols: z.array(symbol).min(1).max(5_000).optional()
        .describe("Of the watchlist; all of it unless told"),
    }).optional(),
    answers: {
      200: z.object({
        signal: z.string(),
        published: z.int(),
        failed: z.record(z.string(), z.string())
          .describe("Symbols that could not be scanned, with the reason"),
      }),
    },
    problems: ["unknown-signal", "refused", "market-unavailable"],
    slow: true,
  }, async ({ services, params, body }) => {
    const signal = findSignal(services, params.signal).name;
    if (body?.symbols) await refuseUnwatched(services, body.symbols);
    const result = await services.scan(signal, body?.symbols);
    return reply(200, { signal, ...result });
  }),
});
