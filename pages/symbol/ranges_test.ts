import assert from "node:assert/strict";
import { rangeOf, startOf } from "./ranges.ts";

Deno.test("a range is counted back from the newest value, not from now", () => {
  const start = startOf(rangeOf("1d"), "2026-01-30T21:00:00.000Z");
  assert.equal(start, "2026-01-29T21:00:00.000Z");
});

Deno.test("all has no start, and an unknown range is the first one", () => {
  assert.equal(startOf(rangeOf("all"), "2026-01-30T21:00:00.000Z"), undefined);
  assert.equal(rangeOf("10y").name, "1d");
  assert.equal(rangeOf(null).name, "1d");
});
