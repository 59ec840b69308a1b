/** The sparkline of a cell. */
import type { Trend } from "./numbers.ts";

interface SparkProps {
  values: readonly number[];
  trend: Trend;
  label: string;
}

/**
 * The shape of the last values, without axes. In whole steps, each from the one before: 500 of them are
 * on one page, and so it is hardly longer than the numbers.
 */
export function Spark({ values, trend, label }: SparkProps) {
  if (values.length < 2) return <span class="spark" />;
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const ys = values.map((value) =>
    span === 0 ? 16 : Math.round(30 - 28 * (value - low) / span)
  );
  const steps = ys.slice(1).map((y, i) => `${i ? " " : ""}2 ${y - ys[i]!}`);
  const width = 2 * (values.length - 1);
  return (
    <svg
      class={`spark ${trend}`}
      viewBox={`0 0 ${width} 32`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path
        class="line"
        d={`M0 ${ys[0]}l${steps.join("").replaceAll(" -", "-")}`}
      />
    </svg>
  );
}
