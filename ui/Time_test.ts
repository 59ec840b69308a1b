import assert from "node:assert/strict";
import { timeText } from "./Time.tsx";

const now = Date.parse("2026-01-31T15:00:00.000Z");
const text = (at: string, style: Parameters<typeof timeText>[1]) =>
  timeText(at, style, now, "UTC");

Deno.test("an age is said in one unit, rounded down", () => {
  assert.equal(text("2026-01-31T14:59:58.000Z", "age"), "just now");
  assert.equal(text("2026-01-31T14:59:18.000Z", "age"), "42 s ago");
  assert.equal(text("2026-01-31T14:56:01.000Z", "age"), "3 min ago");
  assert.equal(text("2026-01-30T14:00:00.000Z", "age"), "25 h ago");
  assert.equal(text("2026-01-01T00:00:00.000Z", "age"), "30 d ago");
});

Deno.test("a clock that is ahead of ours makes no negative age", () => {
  assert.equal(text("2026-01-31T15:00:09.000Z", "age"), "just now");
});

Deno.test("what is to come is counted down to due", () => {
  assert.equal(text("2026-01-31T15:02:30.000Z", "until"), "in 2 min");
  assert.equal(text("2026-01-31T14:59:59.000Z", "until"), "due now");
});

Deno.test("a time says its zone on the server, and its year if it is another", () => {
  assert.equal(text("2026-01-05T09:30:00.000Z", "full"), "5 Jan, 09:30 UTC");
  assert.match(text("2025-01-05T09:30:00.000Z", "full"), /5 Jan 2025/);
});

Deno.test("a calendar day does not move with the reader's zone", () => {
  const month = timeText(
    "2026-01-01T00:00:00.000Z",
    "month",
    now,
    "America/New_York",
  );
  assert.equal(month, "Jan 2026");
});
