import assert from "node:assert/strict";
import type { EventTrace } from "./trace.ts";
import { TraceRecorder } from "./trace_recorder.ts";

const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`;

function trace(symbol: string, n: number): EventTrace {
  const now = new Date(0);
  return {
    symbol,
    event_id: `${symbol}${n}`,
    at: day(n),
    position: `${n}-0`,
    published_at: now,
    delivered_at: now,
    stored_at: now,
    attempts: 1,
    trace_id: null,
  };
}

function setUp(everyMs: number) {
  const written: string[][] = [];
  const warnings: string[] = [];
  const state = { fails: false };
  const recorder = new TraceRecorder({
    everyMs,
    write(traces) {
      if (state.fails) return Promise.reject(new Error("away"));
      written.push(traces.map(({ event_id }) => event_id));
      return Promise.resolve();
    },
    log: {
      debug() {},
      info() {},
      warn: (text) => void warnings.push(text),
      error() {},
    },
  });
  return { recorder, written, warnings, state };
}

Deno.test("the first trace is written at once, and of those that follow soon the newest of each symbol", async () => {
  const { recorder, written } = setUp(60_000);
  await recorder.add([trace("A", 1)]);
  assert.deepEqual(written, [["A1"]]);
  await recorder.add([trace("A", 3), trace("B", 1)]);
  await recorder.add([trace("A", 2)]);
  assert.equal(written.length, 1, "they are held");
  await recorder.close();
  assert.deepEqual(written[1], ["A3", "B1"]);
});

Deno.test("what is held is written after a while, though nothing follows", async () => {
  const { recorder, written } = setUp(20);
  await recorder.add([trace("A", 1)]);
  await recorder.add([trace("A", 2)]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(written, [["A1"], ["A2"]]);
});

Deno.test("what could not be written is written with what follows, and the reason is said once", async () => {
  const { recorder, written, warnings, state } = setUp(0);
  state.fails = true;
  await recorder.add([trace("A", 1), trace("B", 2)]);
  await recorder.add([trace("B", 1)]);
  state.fails = false;
  await recorder.add([trace("A", 2)]);
  assert.deepEqual(written, [["A2", "B2"]]);
  assert.equal(warnings.length, 1);
});
