/**
 * How a provider's answers are read: checked and turned into the boundary's types. What is odd costs only itself: a
 * field that says nothing is null, an item that cannot be read is left out; an answer of which nothing can be read is
 * refused.
 */
import { createHash } from "node:crypto";
import { decodeHTML } from "entities";
import { z } from "zod";
import {
  cleanText,
  isAhead,
  MarketUnavailableError,
  webAddress,
} from "./market.ts";

const oldestMs = Date.UTC(1970, 0, 2);

// Far beyond every price there is, and within what a numeric column holds. Oil was sold below zero.
export const price = z.number().min(-1e9).max(1e9);
/** Providers write 0 as well as null for what they do not know: of a range that is no price. */
export const priceOrNone = price.nullish().transform((price) => price || null);
export const change = price.nullish().transform((change) => change ?? null);

/** How many analysts say so. */
export const count = z.int().min(0).max(100_000);

/** One line without entities, empty where there is none. */
export const line = (max: number) =>
  z.string().nullish().transform((text) =>
    cleanText(decodeHTML(text ?? ""), max)
  );
export const address = z.string().nullish().transform(webAddress);

/** Seconds since 1970 as an instant; null before 1970-01-02, and for what no date can be. */
export function instant(seconds: number): string | null {
  const ms = seconds * 1000;
  return ms >= oldestMs && ms <= 8.64e15 ? new Date(ms).toISOString() : null;
}

/** A whole number that JSON carries exactly, made of what the article is known by. */
export function hashedId(text: string): number {
  const hash = createHash("sha256").update(text).digest();
  return Number(hash.readBigUInt64BE() >> 11n);
}

/** What a quote's time must not be: as the latest it would shut out all later ones. */
export function refuseAhead(provider: string, path: string, at: string): void {
  if (!isAhead(at)) return;
  const text = `${provider} ${path} tells a price of ${at}, which is yet to ` +
    "come: it will be asked again; if that goes on, look at this host's clock";
  throw new MarketUnavailableError(text);
}

/** The checks, with the provider's name in their errors. */
export function checking(provider: string) {
  const wrongShape = (path: string, what: string, cause?: Error) =>
    new MarketUnavailableError(
      `${provider} ${path} answered in a shape that Signalbox does not know: ${what}`,
      { cause },
    );
  const check = <T>(path: string, schema: z.ZodType<T>, answer: unknown): T => {
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const where = issue?.path.join(".") || "the whole answer";
    throw wrongShape(path, `${where}: ${issue?.message}`, result.error);
  };
  return {
    wrongShape,
    /** @throws {MarketUnavailableError} */
    check,
    /** The items that can be read. @throws {MarketUnavailableError} if there are some, and none can be */
    checkEach<T>(path: string, schema: z.ZodType<T>, answer: unknown): T[] {
      const items = check(path, z.array(z.unknown()), answer);
      const read = items.flatMap((item) => {
        const result = schema.safeParse(item);
        return result.success ? [result.data] : [];
      });
      return items.length > 0 && read.length === 0
        ? check(path, z.array(schema), answer)
        : read;
    },
  };
}
