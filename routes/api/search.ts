import { z } from "zod";
import { listingSchema } from "../../api/answers.ts";
import { api, endpoint, reply } from "../../api/endpoint.ts";
import { search } from "../../api/fields.ts";

export const handler = api({
  GET: endpoint({
    summary: "Symbols that the market finds by a name or a part of one",
    query: z.strictObject({ q: search }),
    answers: { 200: z.object({ listings: z.array(listingSchema) }) },
    problems: ["market-unavailable"],
  }, async ({ services, query }) =>
    reply(200, {
      listings: await services.market.search(query.q, {
        signal: AbortSignal.timeout(9_000),
      }),
    })),
});
