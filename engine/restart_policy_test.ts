import assert from "node:assert/strict";
import {
  createRestartPolicy,
  defaultLimits,
  type RestartLimits,
} from "./restart_policy.ts";

const limits: RestartLimits = {
  backoff: { baseMs: 100, maxMs: 1_000 },
  intensity: 3,
  periodMs: 10_000,
  coolDownMs: 3_000,
  forgiven: 2,
  healthyAfterMs: 5_000,
};

Deno.test("waits grow with each end in a row, up to a limit", () => {
  const policy = createRestartPolicy({ ...limits, intensity: 100 });
  const waits = Array.from({ length: 8 }, () => policy.ended(0, 10).waitMs);
  const wholes = [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000];
  for (const [i, whole] of wholes.entries()) {
    assert.ok(
      waits[i]! >= whole / 2 && waits[i]! <= whole,
      `wait ${i}: ${waits[i]}`,
    );
  }
});

Deno.test("an isolate that ran for long enough starts again at the first wait", () => {
  const policy = createRestartPolicy({ ...limits, intensity: 100 });
  for (let i = 0; i < 5; i++) policy.ended(0, 10);
  assert.ok(policy.ended(0, 5_000).waitMs <= 100);
});

Deno.test("too many ends in the period are a failure, with a cool-down, after which it is tried again", () => {
  const policy = createRestartPolicy(limits);
  for (let i = 0; i < 3; i++) assert.equal(policy.ended(i, 10).failed, false);
  const failed = { failed: true, waitMs: 3_000 };
  assert.deepEqual(policy.ended(3, 10), failed);
  // Soon, and for as long as it goes on failing each time after fewer ends than at first.
  assert.equal(policy.ended(3_003, 10).failed, false);
  assert.deepEqual(policy.ended(3_004, 10), failed);
  assert.equal(policy.ended(20_000, 10).failed, false);
});

Deno.test("ends that are spread over more than the period are no failure", () => {
  const policy = createRestartPolicy(limits);
  for (let i = 0; i < 20; i++) {
    assert.equal(policy.ended(i * 4_000, 10).failed, false);
  }
});

Deno.test("by default a crash loop is a failure after a while, however long its waits are", () => {
  const policy = createRestartPolicy(defaultLimits);
  let now = 0;
  for (let ends = 1; ends <= 30; ends++) {
    const { failed, waitMs } = policy.ended(now, 300);
    if (failed) return;
    now += waitMs + 300;
  }
  assert.fail("30 ends in a row are no failure");
});
