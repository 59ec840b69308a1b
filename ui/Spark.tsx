/** A sparkline: the shape of the last values, without axes. */
import { linePath } from "./scale.ts";
import type { Trend } from "./numbers.ts";

interface Props {
  values: readonly number[];
  trend: Trend;
  label: string;
}

const width = 100;
const height = 32;

export function Spark({ values, trend, label }: Props) {
  if (values.length < 2) return <span class="spark" />;
  const path = sparkPath(values);
  return (
    <svg
      class={`spark ${trend}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="area" d={`${path}L${width} ${height}L0 ${height}Z`} />
      <path class="line" d={path} />
    </svg>
  );
}

function sparkPath(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const y = (value: number) =>
    span === 0 ? 0.5 : 0.06 + 0.88 * (value - low) / span;
  const points = values.map((value, i) =>
    [i / (values.length - 1), y(value)] as const
  );
  return linePath(points, width, height);
}
