import assert from "node:assert/strict";
import { linePath, niceTicks, squeezedPositions, thin } from "./scale.ts";

Deno.test("a night takes no more room than one step", () => {
  const positions = squeezedPositions([0, 1, 2, 1002, 1003]);
  assert.deepEqual(positions, [0, 0.25, 0.5, 0.75, 1]);
});

Deno.test("points of one time, and a single point, stand in the middle", () => {
  assert.deepEqual(squeezedPositions([5]), [0.5]);
  assert.deepEqual(squeezedPositions([5, 5]), [0.5, 0.5]);
});

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

Deno.test("thinning keeps both ends", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => i);
  const few = thin(rows, 10);
  assert.equal(few.length, 10);
  assert.deepEqual([few[0], few.at(-1)], [0, 999]);
  assert.deepEqual(thin([1, 2], 10), [1, 2]);
});

Deno.test("a path grows upwards", () => {
  assert.equal(linePath([[0, 0], [1, 1]], 100, 50), "M0 50L100 0");
});
