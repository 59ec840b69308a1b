import { actorSchema } from "../../../../web/api/answers.ts";
import { api, endpoint, reply } from "../../../../web/api/endpoint.ts";
import { actorParams } from "../../../../web/api/fields.ts";
import { findStatus } from "../../../../web/api/find.ts";
import { snake } from "../../../../web/api/snake.ts";

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
