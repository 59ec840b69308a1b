import assert from "node:assert/strict";
import { trackProgress } from "./consumer.ts";

const never = new AbortController().signal;

Deno.test("a handler stalls from its last step forward, and only while it has a batch", async () => {
  let now = 0;
  const progress = trackProgress(() => now);
  const gate = Promise.withResolvers<void>();
  const handling = progress.around(() => gate.promise)([], never);
  now = 500;
  assert.equal(progress.beat(0).stalled_ms, 500);
  progress.made(3, 1);
  now = 700;
  assert.deepEqual(progress.beat(12), {
    handled: 3,
    dead_lettered: 1,
    last_read_at: 12,
    stalled_ms: 200,
    in_hand: true,
    handled_age_ms: 200,
    waiting: null,
  });
  gate.resolve();
  await handling;
  now = 9_000;
  assert.equal(progress.beat(0).stalled_ms, 0);
});

Deno.test("what a batch waits for is told with its time, until it is there", async () => {
  let now = 0;
  const progress = trackProgress(() => now);
  const { waits, beat } = progress;
  waits("no room");
  now = 300;
  waits("still no room");
  assert.deepEqual(beat(0).waiting, { reason: "still no room", ms: 300 });
  waits(null);
  assert.equal(beat(0).waiting, null);
  waits("no room");
  const failing = progress.around(() => Promise.reject(new Error("left")));
  await assert.rejects(failing([], never));
  assert.equal(beat(0).waiting, null, "the batch is given back");
});

Deno.test("a clock that jumps is no stalling", async () => {
  const real = Date.now;
  const progress = trackProgress();
  const gate = Promise.withResolvers<void>();
  const handling = progress.around(() => gate.promise)([], never);
  try {
    Date.now = () => real() + 3_600_000;
    assert.ok(progress.beat(0).stalled_ms < 60_000);
  } finally {
    Date.now = real;
    gate.resolve();
    await handling;
  }
});
