/** What a symbol may be: the one decision, for the environment, requests, forms and the watchlist. */

/** For people who wrote something else. */
export const symbolHint = "1 to 20 of A-Z 0-9 . - : ^ =, no sign but ^ first";

/** The symbol in capitals; null if it cannot be one: see `symbolHint`. */
export function parseSymbol(text: string): string | null {
  const trimmed = text.trim();
  // Before the capitals: other letters (the long s) have an ASCII one for theirs.
  const isSymbol = /^[A-Za-z0-9^][A-Za-z0-9.\-:^=]{0,19}$/.test(trimmed);
  return isSymbol ? trimmed.toUpperCase() : null;
}
