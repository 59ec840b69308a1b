import assert from "node:assert/strict";
import { parseTime, relativeTime } from "./times.ts";

const now = Date.parse("2026-11-26T10:20:30Z");
const read = (text: string, ahead = false) =>
  parseTime(text, { now, utc: true }, ahead);

Deno.test("times are read as people write them", () => {
  for (
    const [text, time] of [
      ["-1h", "2026-11-26T09:20:30.000Z"],
      ["-30m", "2026-11-26T09:50:30.000Z"],
      ["-90s", "2026-11-26T10:19:00.000Z"],
      ["-1.5d", "2026-11-24T22:20:30.000Z"],
      ["-2W", "2026-11-12T10:20:30.000Z"],
      ["+2h", "2026-11-26T12:20:30.000Z"],
      ["now", "2026-11-26T10:20:30.000Z"],
      ["09:35", "2026-11-26T09:35:00.000Z"],
      ["9:35:10", "2026-11-26T09:35:10.000Z"],
      ["today", "2026-11-26T00:00:00.000Z"],
      ["yesterday", "2026-11-25T00:00:00.000Z"],
      ["Yesterday 14:35", "2026-11-25T14:35:00.000Z"],
      ["tomorrow 08:00", "2026-11-27T08:00:00.000Z"],
      ["2026-01-31", "2026-01-31T00:00:00.000Z"],
      ["2026-01-31 14:30", "2026-01-31T14:30:00.000Z"],
      ["2026-01-31T14:30:00Z", "2026-01-31T14:30:00.000Z"],
      ["2026-01-31T14:30:00.123+02:00", "2026-01-31T12:30:00.123Z"],
    ] as const
  ) assert.equal(read(text), time, text);
});

Deno.test("a time of day is the last one there was, or the next one where that is meant", () => {
  assert.equal(read("14:35"), "2026-11-25T14:35:00.000Z");
  assert.equal(read("14:35", true), "2026-11-26T14:35:00.000Z");
  assert.equal(read("09:35", true), "2026-11-27T09:35:00.000Z");
  const [before] = [Date.parse("2027-01-01T00:10:00Z")];
  const clock = { now: before, utc: true };
  assert.equal(parseTime("23:50", clock), "2026-12-31T23:50:00.000Z");
});

Deno.test("without --utc a time is of the shell's zone", () => {
  const local = new Date(2026, 10, 25, 14, 35);
  const clock = { now: +new Date(2026, 10, 26, 10), utc: false };
  assert.equal(parseTime("yesterday 14:35", clock), local.toISOString());
});

Deno.test("what is no time is told apart: positions and mistakes", () => {
  for (
    const text of [
      "",
      "1700000000000-0",
      "0-1",
      "25:00",
      "12:60",
      "2026-02-30",
      "2026-13-01",
      "yesteryear",
      "-1x",
      "1h",
      "$",
      "0:12:5000",
    ]
  ) assert.equal(read(text), null, text);
});

Deno.test("times are told by how long ago they were", () => {
  for (
    const [time, text] of [
      ["2026-11-26T10:20:30.000Z", "just now"],
      ["2026-11-26T10:20:18.000Z", "12 s ago"],
      ["2026-11-26T10:17:00.000Z", "3 min ago"],
      ["2026-11-26T05:17:00.000Z", "5 h ago"],
      ["2026-11-23T05:17:00.000Z", "3 days ago"],
      ["2026-01-31T05:17:00.000Z", "2026-01-31"],
      ["2026-11-26T10:23:00.000Z", "in 2 min"],
      ["no time", "no time"],
    ] as const
  ) assert.equal(relativeTime(time, now), text);
});
