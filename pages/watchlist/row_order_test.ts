import assert from "node:assert/strict";
import { longestRising } from "./row_order.ts";

Deno.test("of rows that get another order, as many as can be stay where they are", () => {
  const staying = (numbers: number[]) =>
    [...longestRising(numbers)].sort((a, b) => a - b);
  assert.deepEqual(staying([]), []);
  assert.deepEqual(staying([0, 1, 2, 3]), [0, 1, 2, 3]);
  // One that moves to the end, to the beginning, and in between.
  assert.deepEqual(staying([4, 0, 1, 2, 3]), [0, 1, 2, 3]);
  assert.deepEqual(staying([1, 2, 3, 4, 0]), [1, 2, 3, 4]);
  assert.deepEqual(staying([0, 3, 1, 2, 4]), [0, 1, 2, 4]);
  assert.equal(staying([3, 2, 1, 0]).length, 1);
  assert.equal(staying([7, 2, 8, 1, 3, 4, 6, 0, 5]).length, 4);
});
