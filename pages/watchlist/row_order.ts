/** Puts the rows of the live table into another order, in the browser. */

/** Moved in one go: each has to be laid out anew. */
const mostMoved = 30;

/**
 * Moves about as few rows as it takes, and not all of them at once: false while there are more to move. From the
 * top on, so that the first screen is right at once. The focus stays where it is.
 * @param wanted all of the rows
 */
export function putInOrder(
  body: HTMLTableSectionElement,
  wanted: readonly HTMLTableRowElement[],
): boolean {
  const { activeElement } = document;
  const done = moveSome(body, wanted);
  if (
    body.contains(activeElement) && activeElement !== document.activeElement
  ) {
    (activeElement as HTMLElement).focus({ preventScroll: true });
  }
  return done;
}

function moveSome(
  body: HTMLTableSectionElement,
  wanted: readonly HTMLTableRowElement[],
): boolean {
  const placeOf = new Map(wanted.map((row, place) => [row as Element, place]));
  const now = [...body.rows].map((row) => placeOf.get(row)!);
  const staying = longestRising(now);
  let left = mostMoved;
  // Above it, all are where they belong.
  let at = body.firstElementChild;
  for (const [place, row] of wanted.entries()) {
    const above = row !== at && staying.has(place) &&
      standingAbove(at, row, left);
    if (above) {
      // They belong further down, and come to their places from the end.
      left -= above.length;
      body.append(...above);
    } else if (row !== at) {
      if (left-- === 0) return false;
      body.insertBefore(row, at);
      continue;
    }
    at = row.nextElementSibling;
  }
  return true;
}

/** What stands from `first` on and above the row; null if that is more than `most`. */
function standingAbove(
  first: Element | null,
  row: Element,
  most: number,
): Element[] | null {
  const above: Element[] = [];
  for (let one = first; one && one !== row; one = one.nextElementSibling) {
    if (above.length === most) return null;
    above.push(one);
  }
  return above;
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
