/** How an actor has fared: its figures over an hour, a day or a week, each chart with what it shows in words. */
import type { ComponentChildren } from "preact";
import type { Figures, PipelineHistory, Range } from "../../host/pipeline.ts";
import { rangeNames } from "../../host/pipeline.ts";
import { countText, plural } from "../../ui/numbers.ts";
import { type Row, SmallChart } from "../../ui/SmallChart.tsx";
import { spanText, Time, type TimeStyle } from "../../ui/Time.tsx";

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
  const { points, from, to, step_ms, range } = history;
  const stretches = inOrder(history);
  const row = (of: (figures: Figures) => number | null): Row =>
    stretches.map((figures) => figures && of(figures));
  const frame = { from, to, times: axisTimes[range] };
  const as = range === "1h" ? "minute" : "full";
  const when = ({ at }: Figures) => <Time at={at} as={as} />;
  const stretch = spanText(step_ms);
  const quota = row((one) => one.quota_remaining);
  return (
    <div class="small-charts">
      <SmallChart
        {...frame}
        title="Events stored"
        bars={row((one) => one.events)}
        text={countText}
      >
        {total(points, (one) => one.events, stretch, when)}
      </SmallChart>
      <SmallChart
        {...frame}
        title="From published to stored"
        lines={[
          row((one) => one.latency_p99_ms),
          row((one) => one.latency_p50_ms),
        ]}
        text={timeText}
      >
        {latencies(points, when)}
      </SmallChart>
      <SmallChart
        {...frame}
        title="Lag, pending"
        lines={[row((one) => one.lag), row((one) => one.pending)]}
        text={countText}
      >
        {waiting(points, when)}
      </SmallChart>
      <SmallChart
        {...frame}
        title="Failures"
        bars={row((one) => one.failures)}
        text={countText}
      >
        {failures(points, when)}
      </SmallChart>
      {scans && (
        <SmallChart
          {...frame}
          title="Market calls"
          bars={row((one) => one.calls)}
          text={countText}
        >
          {total(points, (one) => one.calls, stretch, when)}
        </SmallChart>
      )}
      {scans && quota.some((left) => typeof left === "number") && (
        <SmallChart
          {...frame}
          title="Quota left"
          lines={[quota]}
          text={countText}
        >
          {quotaLeft(points, when)}
        </SmallChart>
      )}
      <Missing history={history} />
    </div>
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

type Of = (figures: Figures) => number | null;

const peakOf = (points: readonly Figures[], of: Of) =>
  points.reduce((peak, one) => (of(one) ?? -1) > (of(peak) ?? -1) ? one : peak);

const sumOf = (points: readonly Figures[], of: Of) =>
  points.reduce((sum, one) => sum + (of(one) ?? 0), 0);

type When = (figures: Figures) => ComponentChildren;

function total(
  points: readonly Figures[],
  of: Of,
  stretch: string,
  when: When,
) {
  const sum = sumOf(points, of);
  if (sum === 0) return <>none</>;
  const peak = peakOf(points, of);
  return (
    <>
      {countText(sum)}; at most {countText(of(peak))} in {stretch}, {when(peak)}
    </>
  );
}

function latencies(points: readonly Figures[], when: When) {
  const known = points.filter((one) => one.latency_p50_ms !== null);
  if (known.length === 0) return <>nothing was stored</>;
  const halves = known.map((one) => one.latency_p50_ms!);
  const [least, most] = [Math.min(...halves), Math.max(...halves)];
  const worst = peakOf(known, (one) => one.latency_p99_ms);
  const half = timeText(least) === timeText(most)
    ? timeText(least)
    : `${timeText(least)} to ${timeText(most)}`;
  return (
    <>
      half within {half} (thin line); 99% within{" "}
      {timeText(worst.latency_p99_ms!)} at worst, {when(worst)}
    </>
  );
}

function waiting(points: readonly Figures[], when: When) {
  const told = (of: Of, name: string, look: string) => {
    const peak = peakOf(points, of);
    const most = of(peak);
    if (most === null) return <>{name} not known</>;
    if (most === 0) return <>no {name}</>;
    return <>{name} at most {countText(most)}{look}, {when(peak)}</>;
  };
  return (
    <>
      {told((one) => one.lag, "lag", "")};{" "}
      {told((one) => one.pending, "pending", " (thin line)")}
    </>
  );
}

function failures(points: readonly Figures[], when: When) {
  const letters = sumOf(points, (one) => one.dead_letters);
  const scans = sumOf(points, (one) => one.failed_scans);
  if (letters + scans === 0) return <>none</>;
  const peak = peakOf(points, (one) => one.failures);
  return (
    <>
      {plural(letters, "dead letter")}, {plural(scans, "failed scan")}; most
      {" "}
      {when(peak)}
    </>
  );
}

function quotaLeft(points: readonly Figures[], when: When) {
  const of: Of = ({ quota_remaining: left }) => left === null ? null : -left;
  const known = points.filter((one) => one.quota_remaining !== null);
  const least = known.reduce((one, other) =>
    of(other)! > of(one)! ? other : one
  );
  return (
    <>
      {countText(least.quota_remaining)} calls at least, {when(least)}
    </>
  );
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

function timeText(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : spanText(ms);
}
