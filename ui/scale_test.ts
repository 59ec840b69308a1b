import assert from "node:assert/strict";
import { linePath, niceTicks } from "./scale.ts";

Deno.test("ticks are round numbers around the values", () => {
  assert.deepEqual(niceTicks(210.15, 214.5), [210, 212, 214, 216]);
  assert.deepEqual(niceTicks(0.013, 0.021), [
    0.0125,
    0.015,
    0.0175,
    0.02,
    0.0225,
  ]);
});

Deno.test("a flat line has ticks on both sides, and zero as well", () => {
  for (const value of [100, 0, -3]) {
    const ticks = niceTicks(value, value);
    assert.ok(
      ticks.length >= 2 && ticks[0]! <= value && ticks.at(-1)! >= value,
    );
    assert.ok(ticks.every(Number.isFinite));
  }
});

Deno.test("a path grows upwards", () => {
  assert.equal(linePath([[0, 0], [1, 1]], 100, 50), "M0 50L100 0");
});
