import { z } from "zod";
import { pendingSchema } from "../../../../api/answers.ts";
import { askBroker } from "../../../../api/ask_broker.ts";
import { api, endpoint, reply } from "../../../../api/endpoint.ts";
import { limit, signalParams } from "../../../../api/fields.ts";
import { findSignal } from "../../../../api/find.ts";
import { snake } from "../../../../api/snake.ts";

export const handler = api({
  GET: endpoint({
    summary: "What was delivered and is not acknowledged yet, oldest first",
    description: "Empty where the broker does not list single entries.",
    params: signalParams,
    query: z.strictObject({ limit: limit(1_000).default(100) }),
    answers: {
      200: z.object({ group: z.string(), pending: z.array(pendingSchema) }),
    },
    problems: ["unknown-signal"],
  }, async ({ services, params, query }) => {
    const signal = findSignal(services, params.signal).name;
    const pending = await askBroker(
      services,
      (broker) => broker.pending(signal, signal, query.limit),
    );
    return reply(200, { group: signal, pending: snake(pending) });
  }),
});
