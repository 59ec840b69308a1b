/** What the watchlist tells of analysts. */
import type { Value } from "../../engine/actor.ts";
import type { Recommendation } from "../../market/market.ts";
import type { CellProps, ViewColumn } from "../../ui/view.ts";
import {
  consensus,
  RatingBar,
  ratingMean,
  ratingSummary,
  ratingTotal,
} from "./ratings.tsx";

type Row = Value & Recommendation;

export const columns: ViewColumn[] = [{
  name: "rating",
  heading: "Rating",
  width: 14,
  key: (row: Row) => ratingMean(row),
  text: (row: Row) => consensus(row),
  cell({ latest }: CellProps<Row>) {
    if (ratingTotal(latest) === 0) return "No ratings";
    return (
      <div class="rating">
        <span>{consensus(latest)}</span>
        <RatingBar counts={latest} label={ratingSummary(latest)} />
      </div>
    );
  },
}];
