/** The arithmetic of charts: pure, in fractions of the plot from 0 to 1. */

/** Where each time stands, with nights and weekends pressed together: they hold no trades to show. */
export function squeezedPositions(times: readonly number[]): number[] {
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  const usual = median(gaps);
  let sum = 0;
  const sums = [0, ...gaps.map((gap) => sum += gap > 4 * usual ? usual : gap)];
  return sums.slice(0, times.length).map((at) => sum === 0 ? 0.5 : at / sum);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Round numbers from below `low` to above `high`, about four of them. */
export function niceTicks(low: number, high: number): number[] {
  const span = high - low || Math.abs(high) * 0.02 || 1;
  const step = niceStep(span / 4);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 2.5, 5, 10].find((n) => n * power >= raw) ?? 10) * power;
}

/** At most `count` of the rows, evenly spread, with the first and the last among them. */
export function thin<T>(rows: readonly T[], count: number): T[] {
  if (rows.length <= count) return [...rows];
  const step = (rows.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => rows[Math.round(i * step)]!);
}

/** Which of the positions is the nearest to `wanted`. */
export function nearest(positions: readonly number[], wanted: number): number {
  const distances = positions.map((position) => Math.abs(position - wanted));
  return distances.indexOf(Math.min(...distances));
}

/** An SVG path through the points, in `width` x `height`; y grows upwards in the points. */
export function linePath(
  points: readonly (readonly [x: number, y: number])[],
  width: number,
  height: number,
): string {
  return points.map(([x, y], i) =>
    `${i === 0 ? "M" : "L"}${round(x * width)} ${round((1 - y) * height)}`
  ).join("");
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
