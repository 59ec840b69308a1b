import assert from "node:assert/strict";
import type { Sample } from "./gauges.ts";
import { check } from "./verdict.ts";

const limits = { streamMaxLength: 1_000 };

/** An hour of samples, each as `of` says from 0 to 1 in time. */
const hour = (of: (time: number) => Partial<Sample>): Sample[] =>
  Array.from({ length: 720 }, (_, n) => ({
    residentMb: [200, 210],
    connections: 30,
    longestStream: 900,
    pending: 3,
    lag: 5,
    stored: n,
    ...of(n / 720),
  }));

Deno.test("what stays as it is passes; what grows is told, each by its name", () => {
  assert.deepEqual(check(hour(() => ({})), limits), []);
  const grown = check(
    hour((time) => ({
      residentMb: [200, 200 + 40 * time],
      connections: 30 + Math.floor(10 * time),
      longestStream: 900 + 2_000 * time,
      lag: 10_000 * time,
      stored: 7,
    })),
    limits,
  );
  assert.deepEqual(grown.map((fault) => fault.split(" ")[0]), [
    "host",
    "connections",
    "a",
    "behind:",
    "nothing",
  ]);
});

Deno.test("memory may settle in the first quarter", () => {
  const settling = hour((time) => ({
    residentMb: [time < 0.2 ? 100 : 200, 210],
  }));
  assert.deepEqual(check(settling, limits), []);
});
