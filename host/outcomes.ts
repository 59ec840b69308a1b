/** What is said of each symbol or name that somebody wanted to add. */
import { defaultList } from "../db/lists.ts";
import type { Listing } from "../market/market.ts";
import type { Added, Outcome, Target } from "./services.ts";

/** Nothing was added, for this reason. */
export function nothing(
  given: string,
  outcome: "unknown" | "ambiguous" | "refused",
  reason: string,
  list = defaultList,
  choices: readonly Listing[] = [],
): Outcome {
  const none = { symbol: null, name: null, confirmed: null };
  return { given, outcome, ...none, list, reason, choices };
}

/** True if a listing has the text in it, and is not only written much like it. */
export function hasFitting(
  choices: readonly Listing[],
  text: string,
): boolean {
  const wanted = text.toUpperCase();
  return choices.some(({ symbol, description }) =>
    symbol.startsWith(wanted) || description.toUpperCase().includes(wanted)
  );
}

/** The market does not know it, or not clearly. */
export function notKnown(
  text: string,
  market: string,
  choices: readonly Listing[],
  list?: number,
): Outcome {
  const fitting = hasFitting(choices, text);
  if (fitting) {
    const why = `"${text}" may be each of these: choose one`;
    return nothing(text, "ambiguous", why, list, choices);
  }
  const nearest = choices.length ? "; the nearest names are these" : "";
  const why = `${market} knows nothing called "${text}"${nearest}`;
  return nothing(text, "unknown", why, list, choices);
}

export function outcomeOf(
  given: string,
  { entry, added, warning }: Added,
  { list = defaultList }: Target,
): Outcome {
  const { symbol, name, confirmed } = entry;
  const outcome = added ? "added" : "known";
  const told = { symbol, name, confirmed, reason: warning };
  return { given, outcome, list, ...told, choices: [] };
}
