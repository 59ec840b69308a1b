/** Events that could not be handled: looked at, deleted, or sent through their stream again. */
import { z } from "zod";
import { letterStates } from "../db/dead_letters.ts";
import { NoDeadLetterError } from "../db/redrive.ts";
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
  state: z.enum(letterStates).describe(
    "`dead`: nothing was done about it yet. `redriving`: sent through the stream " +
      "again, and on its way. `failed-again`: so did the last try. `handled`: " +
      "redriven or replayed, and stored",
  ),
  failures: z.int().describe("How often it has failed so far"),
  created_at: time.describe("When it failed first"),
  failed_at: time.describe("When it failed last"),
  redrive: z.string().nullable().describe("The last redrive that sent it"),
  redriven_at: time.nullable(),
  redriven_by: z.string().nullable(),
  handled_at: time.nullable(),
}).meta({ id: "DeadLetterRow" });

const happeningSchema = z.object({
  at: time,
  what: z.enum(["failed", "redriven", "handled"]),
  reason: z.string().nullable().describe("Of a failure"),
  error: z.string().nullable(),
  attempts: z.int().nullable(),
  position: z.string().describe("What failed or was handled; else empty"),
  by: z.string().nullable().describe("Who redrove it"),
}).meta({ id: "DeadLetterHappening" });

const deadLetterSchema = rowSchema.extend({
  stack: z.string().nullable(),
  message: z.object({
    key: z.string(),
    attributes: z.record(z.string(), z.string()),
    data: z.string(),
  }).describe("Exactly as it came"),
  history: z.array(happeningSchema).describe("The newest 100, oldest first"),
}).meta({ id: "DeadLetter" });

const filterFields = {
  actor: shortName.meta({ example: "quotes" }).exactOptional(),
  symbol: symbol.exactOptional(),
  reason: shortName.meta({ example: "decode" }).exactOptional()
    .describe("`decode`, `schema`, `permanent`, …"),
  search: search.exactOptional()
    .describe("In the id, symbol, reason, error and beginning of the data"),
  state: z.enum([...letterStates, "all"]).exactOptional()
    .describe("Unless given, all but those that are handled"),
  redrive: z.uuid().exactOptional()
    .describe("Those that this redrive was the last to send"),
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
        total: z.int().describe("How many match, on all pages"),
      }),
    },
  }, async ({ services: { deadLetters }, query }) => {
    const { before: _, limit: __, ...filter } = query;
    // One after the other: a search takes one turn, and not two.
    const { letters, next_before } = await deadLetters.page(query);
    const total = await deadLetters.count(filter);
    return reply(200, { dead_letters: letters, next_before, total });
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
          "give at least one of actor, symbol, reason, search, state and redrive, " +
          "or all=true",
        ...together,
      },
    ),
    answers: { 200: z.object({ removed: z.int() }) },
    problems: ["conflict"],
  }, async ({ services, query: { all: _, ...filter } }) => {
    const removed = await services.deadLetters.remove(filter);
    return reply(200, { removed });
  }),

  endpoint("POST", "/api/dead-letters/seen", {
    summary: "Says that somebody has looked at them",
    description: "`/readyz` warns of those alone that come, or fail again, " +
      "from now on. Opening the page says so as well.",
    answers: { 200: z.object({ seen: z.literal(true) }) },
  }, async ({ services }) => {
    await services.deadLetters.noteSeen();
    return reply(200, { seen: true });
  }),

  endpoint("POST", "/api/dead-letters/redrive", {
    summary: "Sends dead letters through the stream again",
    description: "Those with the `ids`, or all that match the `filter`: an " +
      "empty one matches all that are not handled. If an id is not there, " +
      "nothing is sent. What became of them: `GET /api/dead-letters?redrive=` " +
      "with the answer's `redrive`, and `state=`.",
    body: z.strictObject({
      ids: z.array(deadLetterId).min(1).max(5_000).optional(),
      filter: z.strictObject(filterFields).optional(),
      by: z.string().trim().min(1).max(100).default("the API")
        .describe("Who redrives them, for their history"),
    }).refine(
      ({ ids, filter }) => (ids === undefined) !== (filter === undefined),
      "give either ids or filter",
    ).meta({
      oneOf: [{ required: ["ids"] }, { required: ["filter"] }],
      example: { filter: { actor: "quotes" } },
    }),
    answers: { 200: z.object({ redriven: z.int(), redrive: z.uuid() }) },
    problems: ["not-found"],
    slow: true,
  }, async ({ services, body: { ids, filter, by } }) => {
    const { redriven, redrive } = await services.deadLetters
      .redrive(ids ?? filter!, by);
    return reply(200, { redriven, redrive });
  }),

  endpoint("GET", "/api/dead-letters/{id}", {
    summary: "A dead letter with its whole message and stack",
    answers: { 200: deadLetterSchema },
    problems: ["not-found"],
  }, async ({ services, params: { id } }) => {
    const letter = await services.deadLetters.get(id);
    if (!letter) throw new NoDeadLetterError([id]);
    return reply(200, letter);
  }),

  endpoint("DELETE", "/api/dead-letters/{id}", {
    summary: "Deletes a dead letter",
    answers: { 204: z.null() },
    problems: ["not-found"],
  }, async ({ services, params: { id } }) => {
    const removed = await services.deadLetters.remove([id]);
    if (removed === 0) throw new NoDeadLetterError([id]);
    return reply(204, null);
  }),
];
