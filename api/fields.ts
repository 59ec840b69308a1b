/** The values that requests and answers are made of, each checked in one way everywhere. */
import { z } from "zod";
import { parseSymbol, symbolHint } from "../market/market.ts";

/** A text as `parse` gives it; refused with the hint where that is null. */
function parsed(parse: (text: string) => string | null, hint: string) {
  return z.string().transform((text, ctx) => {
    const value = parse(text);
    if (value === null) ctx.addIssue(hint);
    return value ?? z.NEVER;
  });
}

/** A symbol, in capitals whatever it came in. */
export const symbol = parsed(
  parseSymbol,
  `a symbol is ${symbolHint}, such as BRK.B`,
).meta({ description: symbolHint });

const rfc3339 = z.iso.datetime({ offset: true });
const timeHint = "an RFC 3339 time, such as 2026-01-31T14:30:00Z";

/** The instant in UTC with milliseconds; null for what is no time of the years 0001 to 9999. */
function instantOf(text: string): string | null {
  if (!rfc3339.safeParse(text).success) return null;
  const iso = new Date(text).toISOString();
  // An offset may lead out of the years that PostgreSQL reads in this form.
  return /^\d{4}-/.test(iso) && !iso.startsWith("0000") ? iso : null;
}

/** A time in a request, with any offset; becomes an instant in UTC with milliseconds. */
export const instant = parsed(instantOf, `give ${timeHint}`)
  .meta({ format: "date-time" });

/** A time in an answer. */
export const time = z.string().meta({ format: "date-time" });

/** A place in a stream: a time, by when the broker took the message, or a position as it is shown. */
export const edge = z.string()
  .regex(
    /^[\w.:,+-]{1,64}$/,
    `give ${timeHint}, or a position as the stream's events show it`,
  )
  .transform((text) => {
    const iso = instantOf(text);
    // Nothing was stored before 1970, and not every broker can be asked for it.
    return iso === null ? text : new Date(Math.max(0, Date.parse(iso)));
  })
  .meta({ description: `${timeHint}; or a position` });

/** A short name, as actors and reasons have them. */
export const shortName = z.string().regex(
  /^[\w.-]{1,100}$/,
  "give 1 to 100 letters, digits, . _ or -",
);

/** A whole number in a query, from 1 to `most`. */
export function limit(most: number) {
  const hint = `give a whole number from 1 to ${most}`;
  return z.coerce.number(hint).int(hint).min(1, hint).max(most, hint);
}

/** A text to search for. */
export const search = z.string().trim()
  .min(1, "give at least one character")
  .max(200, "give at most 200 characters");

export const deadLetterId = z.string()
  .regex(/^\d{1,18}$/, "an id of a dead letter is a whole number");

/** The parameters of paths: one of a name is the same everywhere. */
export const pathFields: Readonly<Record<string, z.ZodType<string>>> = {
  signal: z.string().meta({ description: "The name of a signal: `quotes`" }),
  name: z.string().meta({ description: "The name of an actor: `quotes`" }),
  symbol,
  id: deadLetterId,
};
