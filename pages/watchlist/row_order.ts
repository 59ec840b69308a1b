/** Puts the rows of the live table into another order, in the browser. */

/** Moved in one go: each has to be laid out anew. */
const mostMoved = 30;

/**
 * Moves as few rows as it takes, from the top on, and not all of them at once: false while there are more to move.
 * The focus stays where it is.
 * @param wanted all of the rows
 */
export function putInOrder(
  body: HTMLTableSectionElement,
  wanted: readonly HTMLTableRowElement[],
): boolean {
  const { activeElement } = document;
  const placeOf = new Map(wanted.map((row, place) => [row, place]));
  const now = [...body.rows].map((row) => placeOf.get(row)!);
  const staying = longestRising(now);
  let left = mostMoved;
  for (const [place, row] of wanted.entries()) {
    if (staying.has(place)) continue;
    if (left-- === 0) break;
    if (place === 0) body.prepend(row);
    else wanted[place - 1]!.after(row);
  }
  if (
    body.contains(activeElement) && activeElement !== document.activeElement
  ) {
    (activeElement as HTMLElement).focus({ preventScroll: true });
  }
  return left >= 0;
}

/** The longest part of these different numbers, in their order, in which each is greater than the one before it. */
export function longestRising(numbers: readonly number[]): Set<number> {
  // By length: where the part of that length ends that ends with the least number.
  const ends: number[] = [];
  const before: number[] = [];
  numbers.forEach((number, i) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[ends[middle]!]! < number) low = middle + 1;
      else high = middle;
    }
    before[i] = ends[low - 1] ?? -1;
    ends[low] = i;
  });
  const rising = new Set<number>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]!) {
    rising.add(numbers[i]!);
  }
  return rising;
}
