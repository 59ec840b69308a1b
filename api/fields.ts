/**
 * The values that requests and answers are made of, each checked in one way everywhere. What a schema
 * here accepts is what its JSON Schema in the OpenAPI document accepts: it checks by pattern, length and
 * range alone, before it transforms. Patterns spell out `[0-9A-Za-z_]`: `\d` and `\w` mean more in some
 * languages.
 */
import { z } from "zod";
import { parseSymbol, symbolHint, symbolPattern } from "../market/market.ts";

/** A symbol as people type it; becomes what `parseSymbol` makes of it. */
export const symbol = z.string()
  .regex(symbolPattern, `a symbol is ${symbolHint}, such as BRK.B`)
  .meta({
    description: `${symbolHint}; lower case, $ before it (dropped) and / for ` +
      "a point (BRK/B) are understood",
    example: "AAPL",
  })
  .transform((text) => parseSymbol(text)!);

const example = "2026-01-31T14:30:00Z";
const timeHint = `an RFC 3339 time, such as ${example}`;

/**
 * RFC 3339 with seconds, of the years 0001 to 9999; in the first and the last of them in UTC alone,
 * because an offset may lead out of the years that PostgreSQL reads in this form.
 */
const timePattern = new RegExp(
  "^(?!0000)(?=.{16}:)(?!(?:0001|9999).*[+-]..:..$)" +
    z.regexes.datetime({ offset: true }).source.slice(1),
);

/** A time in a request, with any offset; becomes an instant in UTC with milliseconds. */
export const instant = z.string()
  .regex(timePattern, `give ${timeHint}`)
  .meta({ format: "date-time", example })
  .transform((text) => new Date(text).toISOString());

/** A time in an answer. */
export const time = z.string().meta({ format: "date-time" });

/** A place in a stream: a time, by when the broker took the message, or a position as it is shown. */
export const edge = z.string()
  .regex(
    /^[A-Za-z0-9_.:,+-]{1,64}$/,
    `give ${timeHint}, or a position as the stream's events show it`,
  )
  .meta({ description: `${timeHint}; or a position`, example })
  .transform((text) => {
    // Nothing was stored before 1970, and not every broker can be asked for it.
    return timePattern.test(text)
      ? new Date(Math.max(0, Date.parse(text)))
      : text;
  });

/** A short name, as actors and reasons have them. */
export const shortName = z.string().regex(
  /^[A-Za-z0-9_.-]{1,100}$/,
  "give 1 to 100 letters, digits, . _ or -",
);

/**
 * What a refinement that no JSON Schema can tell is declared with: it holds parameters against each other,
 * and is answered as `conflict`, not as `invalid-request`.
 */
export const together = { params: { together: true } };

/** The two ends of a window, to refine its schema with. */
export const inOrder = [
  ({ from, to }: { from?: string | Date; to?: string | Date }) =>
    !from || !to || typeof from !== typeof to || from <= to,
  {
    message: "from has to be at or before to",
    path: ["from"] as PropertyKey[],
    ...together,
  },
] as const;

/** A whole number in a query, from `least` to `most`. */
export function limit(most: number, least = 1) {
  const hint = `give a whole number from ${least} to ${most}`;
  const number = z.int(hint).min(least, hint).max(most, hint)
    .meta({ example: 20 });
  return z.preprocess(wholeNumber, number);
}

/** As JSON Schema has it, 20.0 is a whole number; "0x14", "2e1" and " 20" are texts. */
function wholeNumber(given: unknown): unknown {
  const isNumber = typeof given === "string" && /^[0-9]+(\.0+)?$/.test(given);
  return isNumber ? Number(given) : given;
}

/** Has a character that is seen. */
// deno-lint-ignore no-control-regex -- white space to some and not to others, so to nobody here
export const seen = /[^\s\u001c-\u001f\u0085\ufeff]/;

/** A text to search for, without the white space around it. */
export const search = z.string()
  .regex(seen, "give at least one character")
  // As JSON Schema counts: a character beyond 16 bits is one.
  .refine((text) => [...text].length <= 200, "give at most 200 characters")
  .meta({ minLength: 1, maxLength: 200, example: "apple" })
  .transform((text) => text.trim());

export const deadLetterId = z.string()
  .regex(/^[0-9]{1,18}$/, "an id of a dead letter is a whole number")
  .meta({ example: "1" });

/** Asks for CSV that a spreadsheet takes no formula from. */
export const safe = z.literal("1").meta({
  description: "CSV for spreadsheets: a text that starts with = + - @, a tab " +
    "or a carriage return gets a ' before it",
  example: "1",
});

/** The number of a named list. */
export const listId = z.string()
  .regex(/^[1-9][0-9]{0,8}$/, "a list has a whole number from 1")
  .meta({ description: "The number of a named list", example: "1" })
  .transform(Number);

/** The number of an alert. */
export const alertId = z.string()
  .regex(/^[1-9][0-9]{0,8}$/, "an alert has a whole number from 1")
  .meta({ description: "The number of an alert", example: "1" })
  .transform(Number);

/** The parameters of paths: one of a name is the same everywhere. */
export const pathFields: Readonly<Record<string, z.ZodType>> = {
  signal: z.string().meta({ description: "The name of a signal" }),
  name: z.string().meta({ description: "The name of an actor" }),
  symbol,
  id: deadLetterId,
  list: listId,
  alert: alertId,
};
