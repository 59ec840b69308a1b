import assert from "node:assert/strict";
import type { EventWay } from "../../host/event_ways.ts";
import { stepsOf, tookText } from "./steps.ts";

const nothing: EventWay = {
  signal: "quotes",
  position: "2-0",
  entry: null,
  event_id: null,
  symbol: "AAPL",
  at: null,
  trace_id: null,
  published_at: null,
  scan: null,
  stored: null,
  pending: null,
  letter: null,
  rows: [],
};

const told = (way: Partial<EventWay>) =>
  stepsOf({ ...nothing, ...way }).map(({ what, detail }) =>
    `${what}: ${detail}`
  );

Deno.test("a way of which nothing is left says so at each stage", () => {
  const [scanned, published, stored] = told({});
  assert.match(scanned!, /^Scanned: It carries no trace/);
  assert.match(published!, /does not hold it any more/);
  assert.match(stored!, /^Stored: Nothing is known/);
});

Deno.test("an entry that was delivered and is not acknowledged says where it hangs", () => {
  const pending = {
    position: "2-0",
    consumer: "1.quotes.0",
    idle_ms: 61_000,
    deliveries: 2,
  };
  const [, , delivered] = told({ pending, trace_id: "abc" });
  assert.match(delivered!, /To 1\.quotes\.0, 2 times .* for 1 min\./);
});

Deno.test("durations between stages are told to the millisecond, as long as that matters", () => {
  assert.deepEqual([0, 12.4, 1_250, 61_000].map(tookText), [
    "0 ms",
    "12 ms",
    "1.3 s",
    "1 min",
  ]);
});
