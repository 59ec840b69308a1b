import assert from "node:assert/strict";
import { readReset, readRetryAfter } from "./waits.ts";

Deno.test("a reset that is no instant says nothing, and a past one nothing but now", () => {
  const now = Date.parse("2026-01-31T14:30:00Z");
  assert.equal(readReset(String(now / 1000 + 30), now), 30_000);
  assert.equal(readReset(String(now / 1000 - 30), now), 0);
  for (const text of [null, "", "60", "soon", "1e12", "-1"]) {
    assert.equal(readReset(text, now), undefined);
  }
});

Deno.test("Retry-After may be seconds or an HTTP date, and nonsense counts as absent", () => {
  const now = Date.parse("2026-03-04T15:00:00Z");
  const read = (header: string | null) => readRetryAfter(header, now);
  assert.equal(read("120"), 120_000);
  assert.equal(read(" 0 "), 0);
  assert.equal(read("Wed, 04 Mar 2026 15:00:30 GMT"), 30_000);
  assert.equal(read("Wed, 04 Mar 2026 14:00:00 GMT"), 0);
  for (const none of [null, "", "soon", "-", "1.5x"]) {
    assert.equal(read(none), undefined, String(none));
  }
});
