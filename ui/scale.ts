/** The arithmetic of charts: pure, in fractions of the plot from 0 to 1. */

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
