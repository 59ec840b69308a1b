/** Analyst ratings in words, and drawn: the colours only repeat what the text beside says. */
import type { Recommendation } from "../../market/market.ts";
import { round } from "../../ui/scale.ts";
import { timeText } from "../../ui/Time.tsx";

/** From best to worst: the order of every bar. */
export const ratingKinds = [
  { field: "strong_buy", name: "Strong buy", weight: 5 },
  { field: "buy", name: "Buy", weight: 4 },
  { field: "hold", name: "Hold", weight: 3 },
  { field: "sell", name: "Sell", weight: 2 },
  { field: "strong_sell", name: "Strong sell", weight: 1 },
] as const;

type RatingCounts = Omit<Recommendation, "symbol" | "period">;

export function ratingTotal(counts: RatingCounts): number {
  return ratingKinds.reduce((sum, { field }) => sum + counts[field], 0);
}

/** From 1, all say strong sell, to 5; null without any. */
export function ratingMean(counts: RatingCounts): number | null {
  const total = ratingTotal(counts);
  if (total === 0) return null;
  const weights = ratingKinds.map((kind) => counts[kind.field] * kind.weight);
  return Number((weights.reduce((a, b) => a + b) / total).toFixed(3));
}

/** The mean of all ratings, rounded to the nearest of the five; `No ratings` without any. */
export function consensus(counts: RatingCounts): string {
  const mean = ratingMean(counts);
  if (mean === null) return "No ratings";
  const nearest = Math.round(mean);
  return ratingKinds.find(({ weight }) => weight === nearest)!.name;
}

/** `26 buy · 9 hold · 2 sell` */
export function ratingSummary(counts: RatingCounts): string {
  const { strong_buy, buy, hold, sell, strong_sell } = counts;
  return `${strong_buy + buy} buy · ${hold} hold · ${sell + strong_sell} sell`;
}

interface BarProps {
  counts: RatingCounts;
  /** What it says, for who does not see it. */
  label: string;
}

/** One bar, best first. */
export function RatingBar({ counts, label }: BarProps) {
  const total = ratingTotal(counts) || 1;
  let left = 0;
  return (
    <svg
      class="ratingbar"
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {ratingKinds.filter(({ field }) => counts[field] > 0).map(({ field }) => {
        const x = left;
        left += counts[field] / total * 100;
        return (
          <path
            key={field}
            class={field}
            d={`M${round(x)} 0H${round(left)}V8H${round(x)}z`}
          />
        );
      })}
    </svg>
  );
}

const height = 220;
/** The least height of a part, in pixels, that a number fits into. */
const readable = 14;

/** Stacked columns with their numbers in them. */
export function RatingColumns(
  { months }: { months: readonly Recommendation[] },
) {
  const most = Math.max(1, ...months.map(ratingTotal));
  const width = 100 / months.length;
  return (
    <div class="chart columns">
      <svg
        width="100%"
        height={height}
        role="img"
        aria-label="Analyst ratings by month; the table below has the numbers"
      >
        {months.map((month, i) => (
          <Column
            key={month.period}
            month={month}
            x={i * width}
            width={width}
            most={most}
          />
        ))}
      </svg>
      <ul class="legend">
        {ratingKinds.map(({ field, name }) => (
          <li key={field}>
            <svg width="10" height="10" aria-hidden="true">
              <rect class={field} width="10" height="10" rx="3" />
            </svg>
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ColumnProps {
  month: Recommendation;
  x: number;
  width: number;
  most: number;
}

function Column({ month, x, width, most }: ColumnProps) {
  const room = height - 40;
  let top = 20 + room - room * ratingTotal(month) / most;
  const middle = `${round(x + width / 2)}%`;
  return (
    <g>
      <text class="total" x={middle} y={top - 6} text-anchor="middle">
        {ratingTotal(month)}
      </text>
      {ratingKinds.map(({ field }) => {
        const y = top;
        const tall = room * month[field] / most;
        top += tall;
        return (
          <g key={field}>
            <rect
              class={field}
              x={`${round(x + width * 0.2)}%`}
              width={`${round(width * 0.6)}%`}
              y={round(y)}
              height={round(Math.max(0, tall - 1))}
              rx="2"
            />
            {tall >= readable && (
              <text
                class={`on ${field}`}
                x={middle}
                y={round(y + tall / 2 + 4)}
                text-anchor="middle"
              >
                {month[field]}
              </text>
            )}
          </g>
        );
      })}
      <text x={middle} y={height - 4} text-anchor="middle">
        {timeText(month.period, "month", Date.now(), "UTC")}
      </text>
    </g>
  );
}
