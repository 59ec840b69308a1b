/**
 * A line over time with axes. Drawn in percent, so that its text keeps its size on a phone; what a
 * point says appears under the pointer by CSS alone.
 */
import type { Trend } from "./numbers.ts";
import {
  linePath,
  niceTicks,
  round,
  squeezedPositions,
  thin,
} from "./scale.ts";
import { timeText } from "./time_text.ts";

export interface Point {
  at: string;
  value: number;
}

interface Props {
  points: readonly Point[];
  label: string;
  trend: Trend;
  text(value: number): string;
}

const height = 260;
const most = 180;
const percent = (fraction: number) => `${round(fraction * 100)}%`;

export function LineChart({ points, label, trend, text }: Props) {
  const shown = thin(points, most);
  const times = shown.map(({ at }) => Date.parse(at));
  const xs = squeezedPositions(times);
  const values = shown.map(({ value }) => value);
  const ticks = niceTicks(Math.min(...values), Math.max(...values));
  const low = ticks[0]!;
  const y = (value: number) => (value - low) / (ticks.at(-1)! - low);
  const line = linePath(
    shown.map(({ value }, i) => [xs[i]!, y(value)]),
    1000,
    height,
  );
  return (
    <div class="chart">
      <svg
        class={`plot ${trend}`}
        width="100%"
        height={height}
        role="img"
        aria-label={label}
      >
        <Grid ticks={ticks} y={y} text={text} />
        <svg
          width="100%"
          height={height}
          viewBox={`0 0 1000 ${height}`}
          preserveAspectRatio="none"
        >
          <path class="area" d={`${line}V${height}H${round(xs[0]! * 1000)}Z`} />
          <path class="line" d={line} />
        </svg>
        {shown.map((point, i) => (
          <Hint key={i} xs={xs} i={i} y={y(point.value)} point={point}>
            {text(point.value)}
          </Hint>
        ))}
      </svg>
      <TimeAxis times={times} xs={xs} />
    </div>
  );
}

interface GridProps {
  ticks: readonly number[];
  y(value: number): number;
  text(value: number): string;
}

function Grid({ ticks, y, text }: GridProps) {
  return (
    <g class="grid">
      {ticks.map((tick) => {
        const at = percent(1 - y(tick));
        return (
          <g key={tick}>
            <line x1="0" x2="100%" y1={at} y2={at} />
            <text x="100%" y={at} dx="8" dy="4">{text(tick)}</text>
          </g>
        );
      })}
    </g>
  );
}

/** Six labels: the clock within two days, else the day. */
function TimeAxis({ times, xs }: { times: number[]; xs: number[] }) {
  const short = times.at(-1)! - times[0]! < 2 * 86_400_000;
  return (
    <svg class="axis" width="100%" height="22" aria-hidden="true">
      {[0.02, 0.26, 0.5, 0.74, 0.98].map((wanted) => {
        const i = nearest(xs, wanted);
        const at = new Date(times[i]!).toISOString();
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

function nearest(xs: readonly number[], wanted: number): number {
  const distances = xs.map((x) => Math.abs(x - wanted));
  return distances.indexOf(Math.min(...distances));
}

/** SVG has no time element; islands/Times.tsx knows this mark as well. */
function TimeSpan({ at, as }: { at: string; as: "minute" | "date" | "full" }) {
  return (
    <tspan data-at={at} data-as={as}>
      {timeText(at, as, Date.now(), "UTC")}
    </tspan>
  );
}

interface HintProps {
  xs: readonly number[];
  i: number;
  y: number;
  point: Point;
  children: string;
}

function Hint({ xs, i, y, point, children }: HintProps) {
  const x = xs[i]!;
  const left = i === 0 ? 0 : (xs[i - 1]! + x) / 2;
  const right = i === xs.length - 1 ? 1 : (x + xs[i + 1]!) / 2;
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
        <tspan class="strong">{children}</tspan>{" "}
        <TimeSpan at={point.at} as="full" />
      </text>
    </g>
  );
}
