/** The routes that tell an actor what to do. */
import type { Services } from "../host/services.ts";
import { actorSchema } from "./answers.ts";
import { api, type ApiHandler, endpoint, reply } from "./endpoint.ts";
import { actorParams } from "./fields.ts";
import { findSignal, findStatus } from "./find.ts";
import { snake } from "./snake.ts";

/** A POST that does something to an actor, and answers with how it is then. */
export function control(
  summary: string,
  act: (services: Services, name: string) => Promise<void>,
): ApiHandler {
  return api({
    POST: endpoint({
      summary,
      params: actorParams,
      answers: { 200: actorSchema },
      problems: ["unknown-signal", "refused"],
    }, async ({ services, params }) => {
      const { name } = findSignal(services, params.name);
      await act(services, name);
      return reply(200, snake(await findStatus(services, name)));
    }),
  });
}
