import { z } from "zod";
import { askBroker } from "../../../api/ask_broker.ts";
import {
  deadLetterId,
  filterFields,
  filterOf,
} from "../../../api/dead_letter_fields.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";

export const handler = api({
  POST: endpoint({
    summary: "Sends dead letters through the stream again",
    description: "Those with the `ids`, or all that match the `filter`: an " +
      "empty one matches all.",
    body: z.strictObject({
      ids: z.array(deadLetterId).min(1).max(5_000).optional(),
      filter: z.strictObject(filterFields).optional(),
    }).refine(
      ({ ids, filter }) => (ids === undefined) !== (filter === undefined),
      "give either ids or filter",
    ),
    answers: { 200: z.object({ redriven: z.int() }) },
    slow: true,
  }, async ({ services, body: { ids, filter } }) => {
    const redriven = await services.deadLetters.redrive(
      ids ?? filterOf(filter!),
      (topic, messages) =>
        askBroker(services, (broker) => broker.publish(topic, messages)),
    );
    return reply(200, { redriven });
  }),
});
