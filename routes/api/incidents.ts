import { z } from "zod";
import { incidentSchema } from "../../api/answers.ts";
import { api, endpoint, reply } from "../../api/endpoint.ts";
import { limit } from "../../api/fields.ts";

export const handler = api({
  GET: endpoint(
    {
      summary: "What went wrong and was mended, newest first",
      query: z.strictObject({ limit: limit(1_000).default(100) }),
      answers: { 200: z.object({ incidents: z.array(incidentSchema) }) },
    },
    async ({ services, query }) =>
      reply(200, { incidents: await services.incidents(query.limit) }),
  ),
});
