/** What a drawn chart tells islands/Crosshair.tsx, as JSON in its `data-chart`. */
import { zonedText } from "./time_texts.ts";

/** Of each point; positions in ten-thousandths of the plot, `y` from below. */
export interface ChartData {
  readonly zone: string;
  readonly at: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly text: readonly string[];
}

/** The index of the time that is the nearest to `ms`. */
export function nearestTo(times: readonly number[], ms: number): number {
  const distances = times.map((time) => Math.abs(time - ms));
  return distances.reduce(
    (best, distance, i) => distance < distances[best]! ? i : best,
    0,
  );
}

/** What is said of a point: its values, and its time. */
export function readoutText({ at, text, zone }: ChartData, index: number) {
  return `${text[index]} · ${zonedText(at[index]!, "moment", zone)}`;
}
