import assert from "node:assert/strict";
import { bounds } from "../engine/histogram.ts";
import { figuresOf, windowOf } from "./pipeline.ts";

/** So many in the bucket up to a bound in seconds. */
function latency(counts: Readonly<Record<number, number>>): number[] {
  return [...bounds, Infinity].map((bound) => counts[bound] ?? 0);
}

const stretch = {
  at: new Date("2026-01-31T14:30:00Z"),
  actor: "quotes",
  events: 100,
  dead_letters: 2,
  failed_scans: 3,
  calls: 4,
  lag: null,
  pending: 0,
  quota_remaining: null,
};

Deno.test("half and 99 of a hundred are told in milliseconds, even within their bucket", () => {
  const told = figuresOf({
    ...stretch,
    latency: latency({ 0.01: 98, 1: 1, 300: 1 }),
  });
  assert.equal(told.latency_p50_ms, 7.6);
  assert.equal(told.latency_p99_ms, 1_000);
  assert.equal(told.failures, 5);
  assert.equal("actor" in told, false);
});

Deno.test("what took longer than every bound counts as the longest, and nothing at all as nothing", () => {
  const long = figuresOf({ ...stretch, latency: latency({ [Infinity]: 1 }) });
  assert.equal(long.latency_p50_ms, 300_000);
  const none = figuresOf({ ...stretch, latency: null });
  assert.deepEqual([none.latency_p50_ms, none.latency_p99_ms], [null, null]);
});

Deno.test("a range is made of whole stretches, and the last is that in which we are", () => {
  const now = Date.parse("2026-01-31T14:37:12Z");
  const told = (range: Parameters<typeof windowOf>[0]) => {
    const { from, to, stepMs } = windowOf(range, now);
    return [from, to].map((at) => at.toISOString().slice(8, 16))
      .concat(String((to.getTime() - from.getTime()) / stepMs));
  };
  assert.deepEqual(told("1h"), ["31T13:38", "31T14:38", "60"]);
  assert.deepEqual(told("24h"), ["30T14:45", "31T14:45", "96"]);
  assert.deepEqual(told("7d"), ["24T15:00", "31T15:00", "168"]);
});
