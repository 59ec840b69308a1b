import { healthSchema } from "../api/answers.ts";
import { api, endpoint, reply } from "../api/endpoint.ts";
import { snake } from "../api/snake.ts";

export const handler = api({
  GET: endpoint({
    summary: "Whether everything that is needed works, and what is at risk",
    answers: { 200: healthSchema, 503: healthSchema },
  }, async ({ services }) => {
    const health = snake(await services.health());
    return health.ready ? reply(200, health) : reply(503, health);
  }),
});
