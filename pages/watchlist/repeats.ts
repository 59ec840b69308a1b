/**
 * What several rows say alike, as one headline of many symbols: the first row that is seen says it and names
 * the others, each other one refers to that. Pure, and the same on both sides.
 */

/** What a cell says about being told elsewhere as well. */
export interface Repeat {
  /** The symbol whose row says it already; null if this one is the first. */
  readonly as: string | null;
  /** The other symbols, of the first. */
  readonly also: readonly string[];
}

/** So many others are named. */
const mostNamed = 3;

/**
 * Of cells in the order in which they are seen, what is to be said of each; null of one that stands alone.
 * @param same by what cells are alike, with the symbol of each
 */
export function repeatsOf(
  cells: readonly { readonly symbol: string; readonly same: string }[],
): (Repeat | null)[] {
  const groups = Map.groupBy(cells, ({ same }) => same);
  return cells.map((cell) => {
    const [first, ...others] = groups.get(cell.same)!;
    if (cell !== first) return { as: first!.symbol, also: [] };
    if (others.length === 0) return null;
    return { as: null, also: others.map(({ symbol }) => symbol) };
  });
}

/** `as AAPL`, `also MSFT, NVDA`, `also MSFT, NVDA, AMZN and 12 more` */
export function repeatText({ as, also }: Repeat): string {
  if (as !== null) return `as ${as}`;
  const named = also.slice(0, mostNamed).join(", ");
  const more = also.length - mostNamed;
  return `also ${named}${more > 0 ? ` and ${more} more` : ""}`;
}
