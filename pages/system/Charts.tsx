/** How an actor has fared: its figures over an hour, a day or a week, each chart with what it shows in words. */
import type { Figures, PipelineHistory, Range } from "../../host/pipeline.ts";
import { rangeNames } from "../../host/pipeline.ts";
import { countText } from "../../ui/numbers.ts";
import { type Row, SmallChart } from "../../ui/SmallChart.tsx";
import { spanText, Time, type TimeStyle } from "../../ui/Time.tsx";
import {
  failures,
  latencies,
  type Of,
  quotaLeft,
  timeText,
  total,
  waiting,
} from "./chart_words.tsx";

/** The range that an address asks for; the shortest unless it names one. */
export function rangeOf(query: URLSearchParams): Range {
  const asked = query.get("range");
  return rangeNames.find((name) => name === asked) ?? "1h";
}

const rangeTexts: Record<Range, string> = {
  "1h": "1 hour",
  "24h": "24 hours",
  "7d": "7 days",
};

/** Links, so that they work without a script. */
export function RangeLinks({ range }: { range: Range }) {
  return (
    <nav class="ranges" aria-label="Time of the charts">
      {rangeNames.map((name) => (
        <a
          key={name}
          // The focus stays there when the panel is drawn anew.
          id={`range-${name}`}
          href={`?range=${name}`}
          aria-current={name === range ? "true" : undefined}
        >
          {rangeTexts[name]}
        </a>
      ))}
    </nav>
  );
}

const axisTimes = {
  "1h": "minute",
  "24h": "full",
  "7d": "date",
} as const satisfies Record<Range, TimeStyle>;

interface Props {
  /** Null if it cannot be read now; undefined if nothing is known of that actor yet. */
  history: PipelineHistory | null | undefined;
  /** False for an observer. */
  scans: boolean;
}

export function Charts({ history, scans }: Props) {
  if (history === null) {
    return <p class="notice warn">The figures over time cannot be read now.</p>;
  }
  if (!history?.points.length) {
    return <p class="empty">Figures over time come with the first minute.</p>;
  }
  return (
    <div class="small-charts">
      <EventCharts history={history} />
      {scans && <MarketCharts history={history} />}
      <Missing history={history} />
    </div>
  );
}

interface Drawn {
  history: PipelineHistory;
}

/** What all charts of a history share. */
function frameOf(history: PipelineHistory) {
  const { from, to, range, step_ms } = history;
  const stretches = inOrder(history);
  const as = range === "1h" ? "minute" : "full";
  return {
    frame: { from, to, times: axisTimes[range], text: countText },
    row: (of: Of): Row => stretches.map((figures) => figures && of(figures)),
    when: ({ at }: Figures) => <Time at={at} as={as} />,
    stretch: spanText(step_ms),
  };
}

function EventCharts({ history }: Drawn) {
  const { points } = history;
  const { frame, row, when, stretch } = frameOf(history);
  const latency = [
    row((one) => one.latency_p99_ms),
    row((one) => one.latency_p50_ms),
  ];
  const waits = [row((one) => one.lag), row((one) => one.pending)];
  return (
    <>
      <SmallChart
        {...frame}
        title="Events stored"
        bars={row((one) => one.events)}
      >
        {total(points, (one) => one.events, stretch, when)}
      </SmallChart>
      <SmallChart
        {...frame}
        title="From published to stored"
        lines={latency}
        text={timeText}
      >
        {latencies(points, when)}
      </SmallChart>
      <SmallChart {...frame} title="Lag, pending" lines={waits}>
        {waiting(points, when)}
      </SmallChart>
      <SmallChart {...frame} title="Failures" bars={row((one) => one.failures)}>
        {failures(points, when)}
      </SmallChart>
    </>
  );
}

function MarketCharts({ history }: Drawn) {
  const { points } = history;
  const { frame, row, when, stretch } = frameOf(history);
  const quota = row((one) => one.quota_remaining);
  return (
    <>
      <SmallChart
        {...frame}
        title="Market calls"
        bars={row((one) => one.calls)}
      >
        {total(points, (one) => one.calls, stretch, when)}
      </SmallChart>
      {quota.some((left) => typeof left === "number") && (
        <SmallChart {...frame} title="Quota left" lines={[quota]}>
          {quotaLeft(points, when)}
        </SmallChart>
      )}
    </>
  );
}

/** One for each stretch of the time; undefined where no host ran. */
export function inOrder(
  { from, to, step_ms, points }: PipelineHistory,
): (Figures | undefined)[] {
  const begin = Date.parse(from);
  const count = Math.round((Date.parse(to) - begin) / step_ms);
  const stretches: (Figures | undefined)[] = Array.from({ length: count });
  for (const point of points) {
    stretches[Math.round((Date.parse(point.at) - begin) / step_ms)] = point;
  }
  return stretches;
}

/** Stretches after the first one of which nothing is known. */
function Missing({ history }: { history: PipelineHistory }) {
  const stretches = inOrder(history);
  const first = stretches.findIndex(Boolean);
  const missing = stretches.slice(first).filter((one) => !one).length;
  if (missing === 0) return null;
  return (
    <p class="small">
      Grey: no host ran, for {spanText(missing * history.step_ms)} in all.
    </p>
  );
}
