/** What somebody meant who mistyped. */

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

/** Letters to add, take away, change, or swap with their neighbour. */
function distance(a: string, b: string): number {
  const rows = [...Array(a.length + 1)].map((_, i) => [i]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]![j] = Math.min(
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
        rows[i - 1]![j - 1]! + same,
        swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      );
    }
  }
  return rows[a.length]![b.length]!;
}
