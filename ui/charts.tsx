/** Lines over time: a chart with axes, and the sparkline of a cell. */
import type { Trend } from "./numbers.ts";
import {
  linePath,
  nearest,
  niceTicks,
  round,
  squeezedPositions,
  thin,
} from "./scale.ts";
import { type TimeStyle, timeText } from "./Time.tsx";

const percent = (fraction: number) => `${round(fraction * 100)}%`;

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

interface LineChartProps {
  points: readonly { at: string; value: number }[];
  label: string;
  trend: Trend;
  text(value: number): string;
}

const height = 260;
const most = 180;

/**
 * Drawn in percent, so that its text keeps its size on a phone; what a point says appears under the
 * pointer by CSS alone.
 */
export function LineChart({ points, label, trend, text }: LineChartProps) {
  const shown = thin(points, most);
  const values = shown.map(({ value }) => value);
  const times = shown.map(({ at }) => Date.parse(at));
  const xs = squeezedPositions(times);
  const ticks = niceTicks(Math.min(...values), Math.max(...values));
  const low = ticks[0]!;
  const ys = (of: readonly number[]) =>
    of.map((value) => (value - low) / (ticks.at(-1)! - low));
  const spots = ys(values).map((y, i) => [xs[i]!, y] as const);
  const line = linePath(spots, 1000, height);
  return (
    <div class="chart">
      <svg
        class={`plot ${trend}`}
        width="100%"
        height={height}
        role="img"
        aria-label={label}
      >
        <Grid ys={ys(ticks)} texts={ticks.map(text)} />
        <svg
          width="100%"
          height={height}
          viewBox={`0 0 1000 ${height}`}
          preserveAspectRatio="none"
        >
          <path class="area" d={`${line}V${height}H${round(xs[0]! * 1000)}Z`} />
          <path class="line" d={line} />
        </svg>
        {shown.map(({ at, value }, i) => (
          <Hint key={i} spots={spots} i={i} at={at} text={text(value)} />
        ))}
      </svg>
      <TimeAxis times={times} xs={xs} />
    </div>
  );
}

function Grid({ ys, texts }: { ys: number[]; texts: string[] }) {
  return (
    <g class="grid">
      {ys.map((y, i) => (
        <g key={i}>
          <line x1="0" x2="100%" y1={percent(1 - y)} y2={percent(1 - y)} />
          <text x="100%" y={percent(1 - y)} dx="8" dy="4">{texts[i]}</text>
        </g>
      ))}
    </g>
  );
}

/** Five labels: the clock within two days, else the day. */
function TimeAxis({ times, xs }: { times: number[]; xs: number[] }) {
  const short = times.at(-1)! - times[0]! < 2 * 86_400_000;
  return (
    <svg width="100%" height="22" aria-hidden="true">
      {[0.02, 0.26, 0.5, 0.74, 0.98].map((wanted) => {
        const at = new Date(times[nearest(xs, wanted)]!).toISOString();
        const anchor = wanted < 0.1 ? "start" : wanted > 0.9 ? "end" : "middle";
        return (
          <text key={wanted} x={percent(wanted)} y="16" text-anchor={anchor}>
            <TimeSpan at={at} as={short ? "minute" : "date"} />
          </text>
        );
      })}
    </svg>
  );
}

/** SVG has no time element; islands/Times.tsx knows this mark as well. */
function TimeSpan({ at, as }: { at: string; as: TimeStyle }) {
  return (
    <tspan data-at={at} data-as={as}>
      {timeText(at, as, Date.now(), "UTC")}
    </tspan>
  );
}

interface HintProps {
  spots: readonly (readonly [x: number, y: number])[];
  i: number;
  at: string;
  text: string;
}

/** Seen while the pointer is nearer to this point than to its neighbours. */
function Hint({ spots, i, at, text }: HintProps) {
  const [x, y] = spots[i]!;
  const left = i === 0 ? 0 : (spots[i - 1]![0] + x) / 2;
  const right = i === spots.length - 1 ? 1 : (x + spots[i + 1]![0]) / 2;
  const before = x > 0.6;
  return (
    <g class="hint">
      <rect
        x={percent(left)}
        width={percent(right - left)}
        y="0"
        height="100%"
      />
      <line x1={percent(x)} x2={percent(x)} y1="0" y2="100%" />
      <circle cx={percent(x)} cy={percent(1 - y)} r="4" />
      <text
        x={percent(x)}
        y="14"
        dx={before ? -8 : 8}
        text-anchor={before ? "end" : "start"}
      >
        <tspan class="strong">{text}</tspan> <TimeSpan at={at} as="full" />
      </text>
    </g>
  );
}
