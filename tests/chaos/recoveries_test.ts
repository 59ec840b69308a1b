import assert from "node:assert/strict";
import { unbrokenMs } from "./recoveries.ts";

Deno.test("a recovery counts the time in which nothing was broken", () => {
  const waited = [10, 30] as const;
  assert.equal(unbrokenMs(waited, []), 20);
  assert.equal(unbrokenMs(waited, [[0, 5], [40, 50]]), 20);
  assert.equal(unbrokenMs(waited, [[0, 12]]), 18);
  assert.equal(unbrokenMs(waited, [[28, 60]]), 18);
  // Within one another, and one after the other.
  assert.equal(unbrokenMs(waited, [[16, 18], [15, 20], [19, 21]]), 14);
  assert.equal(unbrokenMs(waited, [[0, 60]]), 0);
  assert.equal(unbrokenMs([30, 20], [[0, 10]]), 0);
});
