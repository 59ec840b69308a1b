/** Analyst ratings in words; the order, from best to worst, is that of every bar. */

export const ratingKinds = [
  { field: "strong_buy", name: "Strong buy", weight: 5 },
  { field: "buy", name: "Buy", weight: 4 },
  { field: "hold", name: "Hold", weight: 3 },
  { field: "sell", name: "Sell", weight: 2 },
  { field: "strong_sell", name: "Strong sell", weight: 1 },
] as const;

export type RatingCounts = Record<
  (typeof ratingKinds)[number]["field"],
  number
>;

export function ratingTotal(counts: RatingCounts): number {
  return ratingKinds.reduce((sum, { field }) => sum + counts[field], 0);
}

/** The mean of all ratings, rounded to the nearest of the five; `No ratings` without any. */
export function consensus(counts: RatingCounts): string {
  const total = ratingTotal(counts);
  if (total === 0) return "No ratings";
  const sum = ratingKinds.reduce(
    (sum, { field, weight }) => sum + counts[field] * weight,
    0,
  );
  const nearest = Math.round(sum / total);
  return ratingKinds.find(({ weight }) => weight === nearest)!.name;
}

/** `26 buy · 9 hold · 2 sell` */
export function ratingSummary(counts: RatingCounts): string {
  const { strong_buy, buy, hold, sell, strong_sell } = counts;
  return `${strong_buy + buy} buy · ${hold} hold · ${sell + strong_sell} sell`;
}
