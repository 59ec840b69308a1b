/** The own order of a list: places are numbers, and there is always one between two others. */

export interface Placed {
  readonly symbol: string;
  readonly place: number;
}

/**
 * The new place of a symbol that moves before another one, or to the end; all of the list's where there
 * is no number left between its neighbours. The rest keep theirs, so that what was removed meanwhile
 * comes back to where it stood.
 * @param order the list, in its order; both symbols are on it
 */
export function placeBefore(
  order: readonly Placed[],
  symbol: string,
  before: string | null,
): readonly Placed[] {
  if (symbol === before) return [];
  const others = order.filter((one) => one.symbol !== symbol);
  const found = others.findIndex((one) => one.symbol === before);
  const at = found < 0 ? others.length : found;
  const previous = others[at - 1]?.place;
  const next = others[at]?.place;
  const place = previous === undefined
    ? (next ?? 1) - 1
    : next === undefined
    ? previous + 1
    : (previous + next) / 2;
  const fits = (previous === undefined || previous < place) &&
    (next === undefined || place < next);
  if (fits) return [{ symbol, place }];
  const moved = others.toSpliced(at, 0, { symbol, place });
  return moved.map((one, i) => ({ symbol: one.symbol, place: i + 1 }));
}
