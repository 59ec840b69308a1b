import assert from "node:assert/strict";
import { parseMoment } from "./moment.ts";

const now = Date.parse("2026-11-26T18:00:00Z");
const zone = "America/New_York";

function parsed(text: string, where = zone): string | null {
  const ms = parseMoment(text, where, now);
  return ms === null ? null : new Date(ms).toISOString().slice(0, 16);
}

Deno.test("times are read as people type them, on the clocks of the zone", () => {
  assert.equal(parsed("yesterday 14:35"), "2026-11-25T19:35");
  assert.equal(parsed("Yesterday, 14:35"), "2026-11-25T19:35");
  assert.equal(parsed("yesterday 14:35", "UTC"), "2026-11-25T14:35");
  assert.equal(parsed("today 9:30"), "2026-11-26T14:30");
  assert.equal(parsed("2026-11-25 14:35"), "2026-11-25T19:35");
  assert.equal(parsed("2026-11-25T14:35"), "2026-11-25T19:35");
  assert.equal(parsed("25 Nov 14:35"), "2026-11-25T19:35");
  assert.equal(parsed("Wed, 25 Nov 2026, 14:35"), "2026-11-25T19:35");
  assert.equal(parsed("25 november"), "2026-11-25T05:00");
  assert.equal(parsed("2026-11-25T14:35:00Z"), "2026-11-25T14:35");
  assert.equal(parsed("1 July 2026 12:00"), "2026-07-01T16:00", "summer time");
});

Deno.test("a time without a day is the last such time, a day without a year the last such day", () => {
  assert.equal(parsed("12:59"), "2026-11-26T17:59");
  assert.equal(parsed("14:35"), "2026-11-25T19:35");
  assert.equal(parsed("24 Dec 10:00"), "2025-12-24T15:00");
});

Deno.test("what is no time is null", () => {
  for (
    const text of [
      "",
      "soon",
      "25:00",
      "12:60",
      "31 Feb 10:00",
      "2026-13-01",
      "12",
      "99 Nov",
      "2026-02-30T10:00:00Z",
      "' or 1=1",
      "14:35 pm foo",
    ]
  ) assert.equal(parsed(text), null, text);
});
