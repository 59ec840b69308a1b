import { actorSchema } from "../../../../api/answers.ts";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { actorParams } from "../../../../api/fields.ts";
import { findStatus } from "../../../../api/find.ts";
import { snake } from "../../../../api/snake.ts";

export const handler = api({
  GET: endpoint(
    {
      summary: "One actor of this host",
      params: actorParams,
      answers: { 200: actorSchema },
      problems: ["unknown-signal"],
    },
    async ({ services, params }) =>
      reply(200, snake(await findStatus(services, params.name))),
  ),
});
