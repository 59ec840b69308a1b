/**
 * A small chart of what happened in equal stretches of time: bars of counts, or lines. Drawn on the server; what it
 * shows is said in words beside it, so the picture itself is left out for those who hear the page.
 */
import type { ComponentChildren } from "preact";
import { Time, type TimeStyle } from "./Time.tsx";

/** What is known of each stretch, in their order; undefined where nothing is. */
export type Row = readonly (number | null | undefined)[];

interface Props {
  title: string;
  /** What it shows, in words. */
  children: ComponentChildren;
  /** Counts, as bars. */
  bars?: Row;
  /** One or two lines, the more important one first. */
  lines?: readonly Row[];
  /** RFC 3339. */
  from: string;
  to: string;
  /** How both read. */
  times: TimeStyle;
  /** Of the largest value, at the upper edge. */
  text(value: number): string;
}

const height = 100;
/** Above the largest value, whose number stands there. */
const headroom = 26;

export function SmallChart(props: Props) {
  const { title, children, bars, lines = [], from, to, times, text } = props;
  const rows = bars ? [bars] : lines;
  const width = rows[0]!.length;
  const known = rows.flat().filter((value) => typeof value === "number");
  const top = Math.max(0, ...known);
  const y = (value: number) =>
    Math.round(height - (top === 0 ? 0 : value / top * (height - headroom)));
  return (
    <figure class="small-chart">
      <figcaption>
        <strong>{title}</strong> <span class="small">{children}</span>
      </figcaption>
      <div class="small-plot">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path class="unknown" d={unknownPath(rows[0]!)} />
          <path class="base" d={`M0 ${height}H${width}`} />
          {bars && <path class="bars" d={barsPath(bars, y)} />}
          {lines.map((row, i) => (
            <path key={i} class={i ? "line second" : "line"} d={path(row, y)} />
          ))}
        </svg>
        {top > 0 && <span class="top" aria-hidden="true">{text(top)}</span>}
      </div>
      <p class="small-times" aria-hidden="true">
        <Time at={from} as={times} /> <Time at={to} as={times} />
      </p>
    </figure>
  );
}

type Y = (value: number) => number;

export function barsPath(row: Row, y: Y): string {
  return row.map((value, x) =>
    value
      ? `M${x} ${height}V${Math.min(y(value), height - 2)}h.8V${height}z`
      : ""
  ).join("");
}

/** Level within each stretch, and cut where nothing is known. */
export function path(row: Row, y: Y): string {
  let known = false;
  return row.map((value, x) => {
    if (typeof value !== "number") return known = false, "";
    const move = known ? `V${y(value)}h1` : `M${x} ${y(value)}h1`;
    known = true;
    return move;
  }).join("");
}

/** Where there is not even a stretch: no host ran. */
function unknownPath(row: Row): string {
  return row.map((value, x) =>
    value === undefined ? `M${x} 0h1V${height}h-1z` : ""
  ).join("");
}
