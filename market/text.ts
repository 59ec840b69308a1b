/** Makes texts and addresses from outside fit to store and to show. */

/** Directional overrides: they can make a headline read as something that it does not say. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * One line of well-formed text: control characters (NUL included, which PostgreSQL refuses) and lone
 * surrogates are gone, runs of white space are one space, and at most `max` UTF-16 units are left.
 */
export function cleanText(text: string, max: number): string {
  const line = text
    .replace(/\p{Surrogate}/gu, "")
    .replace(BIDI_CONTROLS, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (line.length <= max) return line;
  // The cut may fall into a pair: what is left of it is a lone surrogate.
  return `${line.slice(0, max - 1).replace(/\p{Surrogate}/gu, "").trimEnd()}…`;
}

/** The address, normalised, if it is a http or https one of at most 2048 characters; otherwise null. */
export function webAddress(text: string | null | undefined): string | null {
  const url = text ? URL.parse(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return null;
  return url.href.length <= 2048 ? url.href : null;
}
