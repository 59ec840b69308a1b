import assert from "node:assert/strict";
import { trackProgress } from "./consumer.ts";

const never = new AbortController().signal;

Deno.test("a handler stalls from its last step forward, and only while it has a batch", async () => {
  let now = 0;
  const progress = trackProgress(() => now);
  const handler = progress.handler();
  const gate = Promise.withResolvers<void>();
  const handling = handler.around(() => gate.promise)([], never);
  now = 500;
  assert.equal(progress.beat(0).stalled_ms, 500);
  handler.made(3, 1);
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

Deno.test("a replay that gets on hides no live handler that hangs", async () => {
  let now = 0;
  const progress = trackProgress(() => now);
  const live = progress.handler();
  const replay = progress.handler();
  const gate = Promise.withResolvers<void>();
  const hanging = live.around(() => gate.promise)([], never);
  const replaying = replay.around(() => gate.promise)([], never);
  now = 61_000;
  replay.made(100, 0);
  const beat = progress.beat(0);
  assert.deepEqual([beat.stalled_ms, beat.handled], [61_000, 100]);
  assert.equal(beat.handled_age_ms, null, "the live one handled none");
  gate.resolve();
  await Promise.all([hanging, replaying]);
  assert.equal(progress.beat(0).in_hand, false);
});

Deno.test("what a batch waits for is told with its time, until it is there", async () => {
  let now = 0;
  const progress = trackProgress(() => now);
  const { beat } = progress;
  const { waits, around } = progress.handler();
  const gate = Promise.withResolvers<void>();
  const handling = around(() => gate.promise)([], never);
  waits("no room");
  now = 300;
  waits("still no room");
  assert.deepEqual(beat(0).waiting, { reason: "still no room", ms: 300 });
  waits(null);
  assert.equal(beat(0).waiting, null);
  waits("no room");
  gate.reject(new Error("left"));
  await assert.rejects(handling);
  assert.equal(beat(0).waiting, null, "the batch is given back");
});

Deno.test("a clock that jumps is no stalling", async () => {
  const real = Date.now;
  const progress = trackProgress();
  const gate = Promise.withResolvers<void>();
  const handling = progress.handler().around(() => gate.promise)([], never);
  try {
    Date.now = () => real() + 3_600_000;
    assert.ok(progress.beat(0).stalled_ms < 60_000);
  } finally {
    Date.now = real;
    gate.resolve();
    await handling;
  }
});
