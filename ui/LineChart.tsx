/**
 * A line over time that hides nothing: gaps are gaps, and where closed hours are left out a line says so.
 * Drawn on the server, in percent, so that its text keeps its size on a phone and it needs no script.
 * islands/Crosshair.tsx adds a crosshair, by what stands in `data-chart`.
 */
import {
  type ChartData,
  nearestTo,
  pointAddress,
  readoutText,
} from "./chart_data.ts";
import {
  Breaks,
  Cross,
  Gaps,
  Grid,
  type Mark,
  Marks,
  type Point,
  TimeAxis,
} from "./chart_parts.tsx";
import type { Trend } from "./numbers.ts";
import { linePath, niceTicks, round } from "./scale.ts";
import {
  closedTimes,
  gapsBefore,
  type TimeScale,
  timeScale,
} from "./time_scale.ts";
import { zoneName } from "./time_texts.ts";
import { type Axis, timeAxis } from "./time_ticks.ts";
import type { Frame } from "./view.ts";

interface Line {
  readonly points: readonly Point[];
  readonly trend: Trend;
}

interface Props {
  id: string;
  /** What it shows, in words. */
  label: string;
  line: Line;
  /** Another line to compare with, of the same unit. */
  other?: Line | undefined;
  /** What happened, each a labelled line. */
  marks?: readonly Mark[];
  /** In UTC, with nothing left out, unless told. */
  frame?: Frame | undefined;
  /** What the readout says of each point of the line, if it is not its value. */
  told?: Pick<ChartData, "names" | "prices" | "percents" | "of" | "former">;
  /** Behind the number in the readout: ` %`. */
  unit?: string;
  /** Of a value on the axis. */
  text(value: number): string;
}

const height = 280;

/** For a chart that nobody chose anything for. */
export const anyTime = {
  zone: "UTC",
  exchangeZone: "UTC",
  sessions: [],
  at: null,
  other: null,
} satisfies Frame;

export function LineChart(props: Props) {
  const { id, line, other, frame = anyTime, text } = props;
  const all = [...line.points, ...other?.points ?? []];
  const values = all.map(({ value }) => value);
  const scale = scaleOf(line.points, frame);
  const axis = timeAxis(scale, {
    exchange: frame.exchangeZone,
    shown: frame.zone,
  });
  const yTicks = niceTicks(Math.min(...values), Math.max(...values));
  const [low, high] = [yTicks[0]!, yTicks.at(-1)!];
  const y = (value: number) => (value - low) / (high - low);
  const parts = partsOf(line, scale);
  const paths = parts.map((part) => pathOf(part, scale, y));
  const data = dataOf(props, scale, y);
  const pinned = frame.at === null ? -1 : nearestTo(data.at, frame.at);
  return (
    <div class="chart" id={id}>
      <div
        class="stage"
        id={`${id}-stage`}
        tabIndex={0}
        role="img"
        aria-label={props.label}
        data-chart={JSON.stringify(data)}
        data-pinned={pinned < 0 ? undefined : pinned}
      >
        <svg
          class={`plot ${line.trend}`}
          width="100%"
          height={height}
          aria-hidden="true"
        >
          <Grid ys={yTicks.map(y)} texts={yTicks.map(text)} />
          <Gaps parts={parts} scale={scale} zone={frame.zone} />
          <Breaks breaks={axis.breaks} zone={frame.zone} />
          <svg
            width="100%"
            height={height}
            viewBox={`0 0 1000 ${height}`}
            preserveAspectRatio="none"
          >
            {!other && <path class="area" d={areaPath(parts, paths, scale)} />}
            {other && (
              <path
                class="line other"
                d={partsOf(other, scale).map((part) => pathOf(part, scale, y))
                  .join("")}
              />
            )}
            <path class="line" d={paths.join("")} />
          </svg>
          <Marks marks={props.marks ?? []} scale={scale} />
          <Cross data={data} index={pinned} />
        </svg>
        <TimeAxis ticks={axis.ticks} />
      </div>
      <div class="readout-line">
        <p class="readout" aria-live="polite">
          {pinned >= 0 && readoutText(data, pinned)}
        </p>
        {data.of && (
          <a
            class="small"
            data-event
            href={pointAddress(data, Math.max(0, pinned))!}
            hidden={pinned < 0}
          >
            Its event
          </a>
        )}
      </div>
      <p class="small">{whatIsMissing(frame.zone, axis, scale, parts)}</p>
    </div>
  );
}

function scaleOf(points: readonly Point[], { sessions }: Frame): TimeScale {
  const times = points.map(({ at }) => at);
  return timeScale(times[0]!, times.at(-1)!, closedTimes(times, sessions));
}

/** The line, cut where something is missing. */
function partsOf({ points }: Line, scale: TimeScale): Point[][] {
  const cuts = gapsBefore(points, scale);
  return [0, ...cuts].map((cut, i) => points.slice(cut, cuts[i]));
}

type Y = (value: number) => number;

function pathOf(
  part: readonly Point[],
  { from, to, x }: TimeScale,
  y: Y,
): string {
  const seen = part.filter(({ at }) => at >= from && at <= to);
  const spots = seen.map(({ at, value }) => [x(at), y(value)] as const);
  const path = linePath(spots, 1000, height);
  // One alone is a dot.
  return spots.length === 1 ? `${path}h.01` : path;
}

/** What is below the parts of a line; of a dot that is nothing. */
function areaPath(
  parts: readonly Point[][],
  paths: readonly string[],
  { x }: TimeScale,
): string {
  return parts.map((part, i) => {
    const left = round(x(part[0]!.at) * 1000);
    return part.length > 1 ? `${paths[i]}V${height}H${left}Z` : "";
  }).join("");
}

/** What the crosshair needs, in few digits. */
function dataOf(
  { line: { points }, told, unit = "", frame = anyTime }: Props,
  { x }: TimeScale,
  y: Y,
): ChartData {
  const place = (fraction: number) => Math.round(fraction * 10_000);
  const prices = points.map(({ value }) => value);
  return {
    ...told ?? { names: [], prices, percents: [] },
    unit,
    zone: frame.zone,
    at: points.map(({ at }) => at),
    x: points.map(({ at }) => place(x(at))),
    y: points.map(({ value }) => place(y(value))),
  };
}

/** What the picture leaves out, in words. */
function whatIsMissing(
  zone: string,
  { breaks }: Axis,
  { closed }: TimeScale,
  parts: readonly Point[][],
): string {
  const marked = breaks.length < closed.length
    ? "thin lines mark some of these breaks"
    : "each thin line is such a break";
  const left = closed.length === 0
    ? ""
    : ` Only hours in which the exchange is closed are left out; ${marked}.`;
  const gaps = parts.length - 1;
  const missing = gaps === 0
    ? ""
    : ` ${gaps === 1 ? "A gap" : `${gaps} gaps`}: nothing was gathered then.`;
  return `Times in ${zoneName(zone)}.${left}${missing}`;
}
