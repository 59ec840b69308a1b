import { z } from "zod";
import {
  deadLetterId,
  deadLetterRowSchema,
  filterFields,
  filterOf,
} from "../../../api/dead_letter_fields.ts";
import { api, endpoint, reply } from "../../../api/endpoint.ts";
import { limit } from "../../../api/fields.ts";

export const handler = api({
  GET: endpoint({
    summary: "Events that could not be handled, newest first",
    query: z.strictObject({
      ...filterFields,
      before: deadLetterId.optional()
        .describe("`next_before` of the page before"),
      limit: limit(1_000).default(100),
    }),
    answers: {
      200: z.object({
        dead_letters: z.array(deadLetterRowSchema),
        next_before: z.string().nullable().describe("Null on the last page"),
      }),
    },
  }, async ({ services, query: { before, limit, ...filter } }) => {
    const { letters: dead_letters, next_before } = await services.deadLetters
      .page({ ...filterOf(filter), before, limit });
    return reply(200, { dead_letters, next_before });
  }),

  DELETE: endpoint({
    summary: "Deletes all dead letters that match",
    query: z.strictObject({
      ...filterFields,
      all: z.literal("true").optional().describe("Needed without a filter"),
    }).refine(
      (query) => Object.values(query).some((value) => value !== undefined),
      "give at least one of actor, symbol, reason and search, or all=true",
    ),
    answers: { 200: z.object({ removed: z.int() }) },
  }, async ({ services, query }) => {
    const removed = await services.deadLetters.remove(filterOf(query));
    return reply(200, { removed });
  }),
});
