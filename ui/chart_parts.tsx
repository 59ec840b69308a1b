/** What a chart over time is drawn of, on the server; all positions are in percent. */
import type { ChartData } from "./chart_data.ts";
import { round } from "./scale.ts";
import type { TimeScale } from "./time_scale.ts";
import { zonedText } from "./time_texts.ts";
import type { Break, Tick } from "./time_ticks.ts";

export interface Point {
  /** In ms since 1970. */
  readonly at: number;
  readonly value: number;
  /** How long nothing came before it, where values were thinned and it is known. */
  readonly pauseMs?: number | undefined;
}

export interface Mark {
  readonly at: number;
  readonly text: string;
}

const percent = (fraction: number) => `${round(fraction * 100)}%`;

export function Grid({ ys, texts }: { ys: number[]; texts: string[] }) {
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

interface GapsProps {
  parts: readonly Point[][];
  scale: TimeScale;
  zone: string;
}

/** Without a key Fresh takes a picture's title for the document's. */
const titleKey = "of-a-picture";

export function Gaps({ parts, scale: { x }, zone }: GapsProps) {
  return (
    <>
      {parts.slice(1).map((part, i) => {
        const [from, to] = [parts[i]!.at(-1)!.at, part[0]!.at];
        const [left, width] = [x(from), x(to) - x(from)];
        return (
          <g key={i} class="gap">
            <title key={titleKey}>
              {`Nothing from ${zonedText(from, "moment", zone)} to ${
                zonedText(to, "moment", zone)
              }`}
            </title>
            <rect x={percent(left)} width={percent(width)} height="100%" />
            {width > 0.1 && (
              <text x={percent(left + width / 2)} y="94%" text-anchor="middle">
                no data
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

export function Breaks(
  { breaks, zone }: { breaks: readonly Break[]; zone: string },
) {
  return (
    <>
      {breaks.map(({ x, text, labelled, closed }) => (
        <g key={x} class={closed ? "break" : "break day"}>
          {closed && (
            <title key={titleKey}>
              {`Closed from ${zonedText(closed[0], "moment", zone)} to ${
                zonedText(closed[1], "moment", zone)
              }`}
            </title>
          )}
          <line x1={percent(x)} x2={percent(x)} y1="0" y2="100%" />
          {labelled && <text x={percent(x)} y="12" dx="5">{text}</text>}
        </g>
      ))}
    </>
  );
}

export function Marks(
  { marks, scale }: { marks: readonly Mark[]; scale: TimeScale },
) {
  return (
    <>
      {marks.map(({ at, text }) => {
        const x = scale.x(at);
        return (
          <g key={at} class="mark">
            <line x1={percent(x)} x2={percent(x)} y1="0" y2="100%" />
            <text
              x={percent(x)}
              y="28"
              dx={x > 0.8 ? -5 : 5}
              text-anchor={x > 0.8 ? "end" : "start"}
            >
              {text}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** Where the reader points: islands/Crosshair.tsx moves it. */
export function Cross({ data, index }: { data: ChartData; index: number }) {
  const x = `${(data.x[index] ?? 0) / 100}%`;
  const y = `${100 - (data.y[index] ?? 0) / 100}%`;
  return (
    <g class="cross" data-hidden={index < 0 ? "" : undefined}>
      <line x1={x} x2={x} y1="0" y2="100%" />
      <circle cx={x} cy={y} r="5" />
    </g>
  );
}

export function TimeAxis({ ticks }: { ticks: readonly Tick[] }) {
  return (
    <svg
      class={ticks.length > 4 ? "times many" : "times"}
      width="100%"
      height="22"
      aria-hidden="true"
    >
      {ticks.map(({ x, text }) => (
        <text
          key={x}
          x={percent(x)}
          y="16"
          text-anchor={x < 0.03 ? "start" : x > 0.97 ? "end" : "middle"}
        >
          {text}
        </text>
      ))}
    </svg>
  );
}
