/** What a drawn chart tells islands/Crosshair.tsx, as JSON in its `data-chart`. */
import { eventAtAddress } from "./addresses.ts";
import { percentText, priceText } from "./numbers.ts";
import { zonedText } from "./time_texts.ts";

/** Numbers, and no texts of each point: only what is pointed at is put into words. */
export interface ChartData {
  /** Of the lines: what is shown, and what it is compared with. */
  readonly names: readonly string[];
  readonly zone: string;
  readonly at: readonly number[];
  /** In ten-thousandths of the plot. */
  readonly x: readonly number[];
  /** The same, from below. */
  readonly y: readonly number[];
  readonly prices: readonly number[];
  /** Behind each of the prices. */
  readonly unit: string;
  /** Whose events the points are; without it they lead nowhere. */
  readonly of?: { readonly actor: string; readonly symbol: string };
  /** What was told before, by index of the point, where that was corrected. */
  readonly former?: Readonly<Record<number, readonly number[]>>;
  /** By line, its change in percent at each point of the first; without one the prices are shown. */
  readonly percents: readonly (readonly number[])[];
}

/** The index of the number that is the nearest to `wanted`. */
export function nearestTo(numbers: readonly number[], wanted: number): number {
  let best = 0;
  numbers.forEach((number, i) => {
    if (Math.abs(number - wanted) < Math.abs(numbers[best]! - wanted)) best = i;
  });
  return best;
}

/** Where the event of a point is told of; null where nobody knows. */
export function pointAddress({ of, at }: ChartData, index: number) {
  if (!of) return null;
  const { actor, symbol } = of;
  return eventAtAddress(actor, symbol, new Date(at[index]!).toISOString());
}

/** What is said of a point: its values, and its time. */
export function readoutText(data: ChartData, index: number): string {
  const { names, percents, prices, at, zone } = data;
  const price = priceText(prices[index]) + data.unit;
  const moves = percents.map((line, i) =>
    `${names[i]} ${percentText(line[index])}${i === 0 ? ` (${price})` : ""}`
  );
  const values = moves.length ? moves.join(", ") : price;
  const was = data.former?.[index]?.map((one) => priceText(one) + data.unit);
  const corrected = was ? `, corrected, was ${was.join(", then ")}` : "";
  return `${values}${corrected} · ${zonedText(at[index]!, "moment", zone)}`;
}
