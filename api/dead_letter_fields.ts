/** Dead letters, and what they are chosen by. */
import { z } from "zod";
import type { DeadLetterFilter } from "../db/dead_letters.ts";
import { search, shortName, symbol, time } from "./fields.ts";

export { filterOf } from "../db/dead_letters.ts";

export const deadLetterRowSchema = z.object({
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

export const deadLetterSchema = deadLetterRowSchema.extend({
  stack: z.string().nullable(),
  message: z.object({
    key: z.string(),
    attributes: z.record(z.string(), z.string()),
    data: z.string(),
  }).describe("Exactly as it came"),
}).meta({ id: "DeadLetter" });

const hint = "an id of a dead letter is a whole number";

export const deadLetterId = z.string().regex(/^\d{1,18}$/, hint);

export const filterFields = {
  actor: shortName.optional(),
  symbol: symbol.optional(),
  reason: shortName.optional().describe("`decode`, `schema`, `permanent`, …"),
  search: search.optional()
    .describe("In the id, symbol, reason, error and beginning of the data"),
} satisfies Record<keyof DeadLetterFilter, z.ZodType>;
