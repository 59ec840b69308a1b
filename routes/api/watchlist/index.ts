import { z } from "zod";
import { watchedSchema } from "../../../api/answers.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";

export const handler = api({
  GET: endpoint(
    {
      summary: "The symbols that are scanned, in the order they were added",
      answers: { 200: z.object({ symbols: z.array(watchedSchema) }) },
    },
    async ({ services }) =>
      reply(200, { symbols: await services.watchlist.list() }),
  ),
});
