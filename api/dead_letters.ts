/** Events that could not be handled: looked at, deleted, or sent through their stream again. */
import { z } from "zod";
import type { Services } from "../host/services.ts";
import { endpointsWith, reply } from "./endpoint.ts";
import {
  deadLetterId,
  limit,
  search,
  shortName,
  symbol,
  time,
  together,
} from "./fields.ts";
import { ProblemError } from "./problem.ts";

const endpoint = endpointsWith<Pick<Services, "deadLetters">>();

const rowSchema = z.object({
  id: z.string(),
  actor: z.string(),
  topic: z.string(),
  position: z.string(),
  event_id: z.string().nullable(),
  type: z.string().nullable(),
  subject: z.string().nullable(),
  time: time.nullable().describe("Market time"),
  reason: z.string(),
  error: z.string(),
  attempts: z.int(),
  excerpt: z.string().describe("The first 500 characters of the data"),
  created_at: time,
}).meta({ id: "DeadLetterRow" });

const deadLetterSchema = rowSchema.extend({
  stack: z.string().nullable(),
  message: z.object({
    key: z.string(),
    attributes: z.record(z.string(), z.string()),
    data: z.string(),
  }).describe("Exactly as it came"),
}).meta({ id: "DeadLetter" });

const filterFields = {
  actor: shortName.meta({ example: "quotes" }).exactOptional(),
  symbol: symbol.exactOptional(),
  reason: shortName.meta({ example: "decode" }).exactOptional()
    .describe("`decode`, `schema`, `permanent`, …"),
  search: search.exactOptional()
    .describe("In the id, symbol, reason, error and beginning of the data"),
};

export const deadLetters = [
  endpoint("GET", "/api/dead-letters", {
    summary: "Events that could not be handled, newest first",
    query: z.strictObject({
      ...filterFields,
      before: deadLetterId.optional()
        .describe("`next_before` of the page before"),
      limit: limit(1_000).default(100),
    }),
    answers: {
      200: z.object({
        dead_letters: z.array(rowSchema),
        next_before: z.string().nullable().describe("Null on the last page"),
      }),
    },
  }, async ({ services, query }) => {
    const { letters, next_before } = await services.deadLetters.page(query);
    return reply(200, { dead_letters: letters, next_before });
  }),

  endpoint("DELETE", "/api/dead-letters", {
    summary: "Deletes all dead letters that match",
    query: z.strictObject({
      ...filterFields,
      all: z.literal("true").optional().describe("Needed without a filter"),
    }).refine(
      (query) => Object.values(query).some((value) => value !== undefined),
      {
        message:
          "give at least one of actor, symbol, reason and search, or all=true",
        ...together,
      },
    ),
    answers: { 200: z.object({ removed: z.int() }) },
    problems: ["conflict"],
  }, async ({ services, query: { all: _, ...filter } }) => {
    const removed = await services.deadLetters.remove(filter);
    return reply(200, { removed });
  }),

  endpoint("POST", "/api/dead-letters/redrive", {
    summary: "Sends dead letters through the stream again",
    description: "Those with the `ids`, or all that match the `filter`: an " +
      "empty one matches all.",
    body: z.strictObject({
      ids: z.array(deadLetterId).min(1).max(5_000).optional(),
      filter: z.strictObject(filterFields).optional(),
    }).refine(
      ({ ids, filter }) => (ids === undefined) !== (filter === undefined),
      "give either ids or filter",
    ).meta({
      oneOf: [{ required: ["ids"] }, { required: ["filter"] }],
      example: { filter: { actor: "quotes" } },
    }),
    answers: { 200: z.object({ redriven: z.int() }) },
    slow: true,
  }, async ({ services, body: { ids, filter } }) => {
    const redriven = await services.deadLetters.redrive(ids ?? filter!);
    return reply(200, { redriven });
  }),

  endpoint("GET", "/api/dead-letters/{id}", {
    summary: "A dead letter with its whole message and stack",
    answers: { 200: deadLetterSchema },
    problems: ["not-found"],
  }, async ({ services, params: { id } }) => {
    const letter = await services.deadLetters.get(id);
    if (!letter) throw gone(id);
    return reply(200, letter);
  }),

  endpoint("DELETE", "/api/dead-letters/{id}", {
    summary: "Deletes a dead letter",
    answers: { 204: z.null() },
    problems: ["not-found"],
  }, async ({ services, params: { id } }) => {
    if (await services.deadLetters.remove([id]) === 0) throw gone(id);
    return reply(204, null);
  }),
];

function gone(id: string): ProblemError {
  const why = "it may have been redriven or deleted";
  return new ProblemError("not-found", `There is no dead letter ${id}; ${why}`);
}
