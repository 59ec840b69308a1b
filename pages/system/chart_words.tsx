/** What each chart of the system page shows, in words. */
import type { ComponentChildren } from "preact";
import type { Figures } from "../../host/pipeline.ts";
import { countText, plural } from "../../ui/numbers.ts";
import { spanText } from "../../ui/Time.tsx";

/** A figure; null where it is not known. */
export type Of = (figures: Figures) => number | null;

const peakOf = (points: readonly Figures[], of: Of) =>
  points.reduce((peak, one) => (of(one) ?? -1) > (of(peak) ?? -1) ? one : peak);

const sumOf = (points: readonly Figures[], of: Of) =>
  points.reduce((sum, one) => sum + (of(one) ?? 0), 0);

type When = (figures: Figures) => ComponentChildren;

export function total(
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

export function latencies(points: readonly Figures[], when: When) {
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

export function waiting(points: readonly Figures[], when: When) {
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

export function failures(points: readonly Figures[], when: When) {
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

export function quotaLeft(points: readonly Figures[], when: When) {
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

export function timeText(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : spanText(ms);
}
