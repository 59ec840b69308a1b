import { z } from "zod";
import { actorSchema, brokenListSchema } from "../../../api/answers.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";
import { snake } from "../../../api/snake.ts";

export const handler = api({
  GET: endpoint({
    summary: "Every actor of this host, with its isolates, schedule and lag",
    answers: {
      200: z.object({
        actors: z.array(actorSchema),
        broken: brokenListSchema,
      }),
    },
  }, async ({ services }) =>
    reply(200, {
      actors: snake(await services.status()),
      broken: services.broken,
    })),
});
