/** One bar of ratings, best first. Its colours only repeat what the text beside it says. */
import { type RatingCounts, ratingKinds, ratingTotal } from "./ratings.ts";
import { round } from "../../ui/scale.ts";

export function RatingBar({ counts }: { counts: RatingCounts }) {
  const total = ratingTotal(counts) || 1;
  let left = 0;
  return (
    <svg class="ratingbar" width="100%" height="8" aria-hidden="true">
      {ratingKinds.map(({ field }) => {
        const x = left;
        left += counts[field] / total * 100;
        return (
          <rect
            key={field}
            class={field}
            x={`${round(x)}%`}
            width={`${round(left - x)}%`}
            height="8"
          />
        );
      })}
    </svg>
  );
}
