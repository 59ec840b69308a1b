/** The sparkline of a cell. */
import type { Trend } from "./numbers.ts";
import { linePath } from "./scale.ts";

interface SparkProps {
  values: readonly number[];
  trend: Trend;
  label: string;
}

/** The shape of the last values, without axes. */
export function Spark({ values, trend, label }: SparkProps) {
  if (values.length < 2) return <span class="spark" />;
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const y = (value: number) =>
    span === 0 ? 0.5 : 0.06 + 0.88 * (value - low) / span;
  const last = values.length - 1;
  const path = linePath(
    values.map((value, i) => [i / last, y(value)]),
    100,
    32,
  );
  return (
    <svg
      class={`spark ${trend}`}
      viewBox="0 0 100 32"
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="area" d={`${path}L100 32L0 32Z`} />
      <path class="line" d={path} />
    </svg>
  );
}
