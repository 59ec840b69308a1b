import { z } from "zod";
import { replaySchema } from "../../../../api/answers.ts";
import { readWindow, windowOf } from "../../../../api/ask_broker.ts";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { edge, signalParams } from "../../../../api/fields.ts";
import { findSignal, findStatus } from "../../../../api/find.ts";
import { ProblemError } from "../../../../api/problem.ts";
import { snake } from "../../../../api/snake.ts";

export const handler = api({
  GET: endpoint({
    summary: "The replay that runs, or the last one that ran",
    params: signalParams,
    answers: { 200: replaySchema },
    problems: ["unknown-signal", "not-found"],
  }, async ({ services, params }) => {
    const { replay } = await findStatus(services, params.signal);
    if (!replay) {
      throw new ProblemError(
        "not-found",
        `"${params.signal}" was not replayed since the start of this host`,
      );
    }
    return reply(200, snake(replay));
  }),

  POST: endpoint({
    summary: "Replays a window through the live handler, in the background",
    description: "The live group does not move. Handling an event again " +
      "changes nothing, so a replay is harmless; it mends what was lost.",
    params: signalParams,
    body: z.strictObject({ from: edge.optional(), to: edge.optional() })
      .optional(),
    answers: { 202: replaySchema },
    problems: ["unknown-signal", "refused"],
  }, async ({ services, params, body }) => {
    const { name } = findSignal(services, params.signal);
    const window = windowOf(services, body ?? {});
    // The replay runs elsewhere, later: a bad position is found here, by reading there.
    await readWindow(services, name, { ...window, limit: 1 });
    const replay = snake(await services.replay(name, window));
    const location = `/api/streams/${name}/replay`;
    return reply(202, replay, { location });
  }),
});
