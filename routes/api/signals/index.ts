import { z } from "zod";
import { brokenListSchema, signalSchema } from "../../../api/answers.ts";
import { dataSchema } from "../../../api/data_schema.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";

export const handler = api({
  GET: endpoint({
    summary: "Every signal, its schedule, and the schema of its data",
    answers: {
      200: z.object({
        signals: z.array(signalSchema),
        broken: brokenListSchema,
      }),
    },
  }, async ({ services }) => {
    const statuses = await services.status();
    const signals = [...services.actors.values()].map((actor) => {
      const schedule = statuses.find((s) => s.name === actor.name)?.schedule;
      return {
        name: actor.name,
        title: actor.title,
        description: actor.description,
        version: actor.version,
        schedule: schedule?.cron ?? actor.schedule,
        market_hours: schedule?.marketHours ?? actor.marketHours ?? false,
        next_scan: schedule?.next ?? null,
        schema: dataSchema(actor),
      };
    });
    return reply(200, { signals, broken: services.broken });
  }),
});
