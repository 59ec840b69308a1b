/** What somebody meant who mistyped. */
import { distance } from "../config.ts";

/** The candidate that is nearest to the word; undefined if none is near. */
export function nearest(
  word: string,
  candidates: readonly string[],
): string | undefined {
  const most = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const begun = candidates.filter((one) =>
    word.length >= 2 && one.startsWith(word)
  );
  if (begun.length === 1) return begun[0];
  const [best] = candidates
    .map((one) => ({ one, off: distance(word.toLowerCase(), one) }))
    .filter(({ off }) => off <= most)
    .sort((a, b) => a.off - b.off);
  return best?.one;
}

/** `; did you mean "quotes"?`, or nothing. */
export function guess(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
