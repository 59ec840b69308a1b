import assert from "node:assert/strict";

Deno.test("a test may stand beside a route", () => {
  assert.equal(import.meta.main, false);
});
