import assert from "node:assert/strict";
import {
  byPosition,
  formatPosition,
  parsePosition,
  toHeaders,
} from "./records.ts";

Deno.test("attributes become CloudEvents headers, and traceparent keeps its name", () => {
  assert.deepEqual(toHeaders({ id: "a:1", v: "2", traceparent: "00-1-2-01" }), {
    ce_specversion: "1.0",
    ce_id: "a:1",
    ce_v: "2",
    traceparent: "00-1-2-01",
  });
});

Deno.test("positions sort as text in the order of reading: time, partition, offset", () => {
  const rows = [[1, 9, 9n], [2, 0, 12n], [2, 3, 4n], [2, 3, 11n], [
    2,
    12,
    0n,
  ]] as const;
  const sorted = rows.map(([ms, partition, offset]) => ({
    storedAt: 1_769_868_000_000 + ms,
    partition,
    offset,
  }));
  assert.deepEqual(sorted.toReversed().sort(byPosition), sorted);
  const positions = sorted.map(formatPosition);
  assert.deepEqual(positions.toReversed().sort(), positions);
  assert.deepEqual(positions.map(parsePosition), sorted);
});

Deno.test("a position of another broker is refused by name", () => {
  assert.throws(() => parsePosition("1769868000000-0"), /1769868000000-0/);
});
