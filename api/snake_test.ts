import assert from "node:assert/strict";
import { snake } from "./snake.ts";

Deno.test("keys become snake case all the way down, and values stay", () => {
  const given = { lastError: { at: "aB" }, list: [{ uptimeMs: null }], x: 1 };
  assert.deepEqual(snake(given), {
    last_error: { at: "aB" },
    list: [{ uptime_ms: null }],
    x: 1,
  });
});
