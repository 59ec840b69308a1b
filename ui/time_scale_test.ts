import assert from "node:assert/strict";
import { sessionsBetween } from "../market/hours.ts";
import { closedTimes, gapsBefore, timeScale } from "./time_scale.ts";

const minute = 60_000;
const hour = 60 * minute;

/** The instants of a regular cadence in the sessions of those days, less those that `without` names. */
function traded(
  from: string,
  to: string,
  every = 2 * minute,
  without: readonly [string, string] = ["", ""],
): number[] {
  const [lost, back] = without.map(Date.parse);
  return sessionsBetween(new Date(from), new Date(to))
    .flatMap(({ open, close }) =>
      Array.from(
        { length: Math.floor((close - open) / every) + 1 },
        (_, i) => open + i * every,
      )
    ).filter((ms) => !(ms > lost! && ms < back!));
}

function scaleOf(times: readonly number[]) {
  const [first, last] = [times[0]!, times.at(-1)!];
  const before = new Date(first - 6 * 24 * hour);
  const sessions = sessionsBetween(before, new Date(last));
  return timeScale(first, last, closedTimes(times, sessions));
}

function gapsIn(times: readonly number[], closed = scaleOf(times).closed) {
  const scale = timeScale(times[0]!, times.at(-1)!, closed);
  return gapsBefore(times.map((at) => ({ at })), scale);
}

const texts = (stretches: readonly (readonly number[])[]) =>
  stretches.map((ends) =>
    ends.map((ms) => new Date(ms).toISOString().slice(5, 16)).join(" ")
  );

Deno.test("nights, a weekend, a holiday and the rest of a short day are left out, whatever the clocks do", () => {
  assert.deepEqual(
    texts(scaleOf(traded("2026-11-25", "2026-12-01")).closed),
    ["11-25T21:00 11-27T14:30", "11-27T18:00 11-30T14:30"],
  );
  // New York's clocks change on 8 March and on 1 November.
  assert.deepEqual(
    texts(scaleOf(traded("2026-03-06", "2026-03-10")).closed),
    ["03-06T21:00 03-09T13:30"],
  );
  assert.deepEqual(
    texts(scaleOf(traded("2026-10-30", "2026-11-03")).closed),
    ["10-30T20:00 11-02T14:30"],
  );
});

Deno.test("open time is linear: each minute of a session is as wide, on both sides of a break", () => {
  const times = traded("2026-11-24", "2026-11-28");
  const { x, open } = scaleOf(times);
  const sessions = 6.5 + 6.5 + 3.5;
  assert.equal(open(times.at(-1)!), sessions * hour);
  const width = (from: string) =>
    x(Date.parse(from) + hour) - x(Date.parse(from));
  for (
    const at of ["2026-11-24T15:00Z", "2026-11-25T19:00Z", "2026-11-27T15:00Z"]
  ) {
    assert.ok(Math.abs(width(at) - 1 / sessions) < 1e-9, at);
  }
  const [close, next] = ["2026-11-24T21:00Z", "2026-11-25T14:30Z"].map(
    Date.parse,
  );
  assert.equal(x(close!), x(next!), "a break has no width");
  assert.equal(x(close! + 3 * hour), x(next!));
  assert.deepEqual([x(times[0]!), x(times.at(-1)!)], [0, 1]);
});

Deno.test("a stretch between sessions that holds a value is not left out", () => {
  const late = Date.parse("2026-11-24T23:00:00Z");
  const times = [...traded("2026-11-23", "2026-11-27"), late].sort();
  assert.deepEqual(texts(scaleOf(times).closed), [
    "11-23T21:00 11-24T14:30",
  ]);
});

Deno.test("a closing price that comes a little late belongs to its session", () => {
  const late = Date.parse("2026-11-24T21:00:00Z") + 7_000;
  const times = [...traded("2026-11-24", "2026-11-26"), late].sort();
  const [closed] = scaleOf(times).closed;
  assert.deepEqual(closed, [late, Date.parse("2026-11-25T14:30Z")]);
});

Deno.test("what trades around the clock has nothing left out", () => {
  const start = Date.parse("2026-11-20T00:00Z");
  const times = Array.from({ length: 700 }, (_, i) => start + i * 10 * minute);
  assert.deepEqual(scaleOf(times).closed, []);
});

Deno.test("a range within one session, and a single value, have no break", () => {
  const times = traded("2026-11-24", "2026-11-25").slice(0, 30);
  assert.deepEqual(scaleOf(times).closed, []);
  const one = scaleOf(times.slice(0, 1));
  assert.deepEqual([one.closed, one.x(times[0]!)], [[], 0.5]);
});

Deno.test("an outage in a session is a gap, and a night is none", () => {
  const outage = ["2026-11-24T16:00Z", "2026-11-24T19:30Z"] as const;
  const times = traded("2026-11-23", "2026-11-26", 2 * minute, outage);
  const gaps = gapsIn(times);
  assert.deepEqual(gaps.map((i) => times[i]), [Date.parse(outage[1])]);
});

Deno.test("an outage from the middle of one session to that of another is a gap", () => {
  const outage = ["2026-11-24T18:00Z", "2026-11-25T17:00Z"] as const;
  const times = traded("2026-11-23", "2026-11-26", 2 * minute, outage);
  const scale = scaleOf(times);
  const [gap] = gapsIn(times);
  assert.equal(times[gap!], Date.parse(outage[1]));
  assert.ok(scale.x(times[gap!]!) - scale.x(times[gap! - 1]!) > 0.2);
});

Deno.test("values that came less often once have no gaps", () => {
  const start = Date.parse("2026-11-20T00:00Z");
  const slow = Array.from({ length: 150 }, (_, i) => start + i * 20 * minute);
  const fast = Array.from(
    { length: 900 },
    (_, i) => slow.at(-1)! + (i + 1) * minute,
  );
  assert.deepEqual(gapsIn([...slow, ...fast], []), []);
});

Deno.test("thinned values have gaps only where they tell of a pause", () => {
  const times = traded("2026-11-02", "2026-11-25", 30 * minute);
  const told = times.flatMap((at, i) => [
    { at, pauseMs: i === 0 ? undefined : i === 75 ? 25 * minute : 2 * minute },
    { at: at + (3 + i % 11) * minute },
    { at: at + 28 * minute },
  ]);
  const gaps = gapsBefore(told, scaleOf(times));
  assert.deepEqual(gaps, [3 * 75]);
});
