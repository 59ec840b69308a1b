import assert from "node:assert/strict";
import { CALENDAR_UNTIL } from "../market/hours.ts";
import { calendarWord } from "./calendar.ts";

Deno.test("the calendar's end is told, and warned of a quarter before it", () => {
  const end = Temporal.PlainDate.from(CALENDAR_UNTIL);
  const level = (days: number) => calendarWord(end.subtract({ days })).level;
  assert.equal(level(93), "ok");
  assert.equal(level(91), "warning");
  assert.equal(level(-400), "warning");
  assert.match(calendarWord(end).text, /reaches to \d{4}-12-31; .*update/);
});
