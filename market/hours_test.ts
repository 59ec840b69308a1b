import assert from "node:assert/strict";
import { newYorkTime } from "../tests/support/recorded_prices.ts";
import {
  CALENDAR_UNTIL,
  CLOSING_GRACE_MS,
  isMarketOpen,
  isQuoteTime,
  nextOpen,
  sessionsBetween,
} from "./hours.ts";

/** An instant from what New York's clocks show, the offset spelled out: the test must not compute it. */
const open = (text: string) => isMarketOpen(new Date(text));

Deno.test("the session starts with the bell at 9:30 and ends with the one at 16:00", () => {
  assert.equal(open("2026-03-04T09:29:59.999-05:00"), false);
  assert.equal(open("2026-03-04T09:30:00-05:00"), true);
  assert.equal(open("2026-03-04T15:59:59.999-05:00"), true);
  assert.equal(open("2026-03-04T16:00:00-05:00"), false);
});

Deno.test("the session follows New York's clocks through both changes", () => {
  assert.equal(open("2026-03-06T14:29:00Z"), false, "Friday, winter time");
  assert.equal(open("2026-03-06T14:30:00Z"), true);
  assert.equal(open("2026-03-09T13:30:00Z"), true, "Monday, summer time");
  assert.equal(open("2026-03-09T20:00:00Z"), false);
  assert.equal(open("2026-10-30T13:30:00Z"), true, "Friday, summer time");
  assert.equal(open("2026-11-02T13:30:00Z"), false, "Monday, winter time");
  assert.equal(open("2026-11-02T20:59:00Z"), true);
});

Deno.test("weekends are closed, also where it is another day in UTC", () => {
  assert.equal(open("2026-03-07T12:00:00-05:00"), false);
  assert.equal(open("2026-03-08T12:00:00-04:00"), false);
  assert.equal(open("2026-03-07T01:00:00Z"), false);
});

// From the exchange's published calendars.
const HOLIDAYS = {
  2021: "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24",
  2022: "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26",
  2023: "01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25",
  2024: "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25",
  2026: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
  2027: "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24",
  2028: "01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25",
};

Deno.test("the calendar reaches as far as it was compared, without a gap from 2026 on", () => {
  const until = Number(CALENDAR_UNTIL.slice(0, 4));
  for (let year = 2026; year <= until; year++) assert.ok(year in HOLIDAYS);
  assert.ok(!(until + 1 in HOLIDAYS));
});

for (const [year, days] of Object.entries(HOLIDAYS)) {
  Deno.test(`the weekdays closed in ${year} are those of the exchange's calendar`, () => {
    const closed: string[] = [];
    for (let day = 0; day < 366; day++) {
      const noon = new Date(Date.UTC(Number(year), 0, 1 + day, 16));
      if (noon.getUTCFullYear() !== Number(year)) continue;
      const weekend = noon.getUTCDay() % 6 === 0;
      if (!weekend && !isMarketOpen(noon)) {
        closed.push(noon.toISOString().slice(5, 10));
      }
    }
    assert.equal(closed.join(" "), days);
  });
}

Deno.test("short days end at 13:00", () => {
  for (
    const day of [
      "2023-07-03T13:00:00-04:00",
      "2024-11-29T13:00:00-05:00",
      "2024-12-24T13:00:00-05:00",
      "2026-11-27T13:00:00-05:00",
      "2028-07-03T13:00:00-04:00",
    ]
  ) {
    assert.equal(open(day), false, day);
    assert.equal(isMarketOpen(new Date(Date.parse(day) - 1)), true, day);
  }
  assert.equal(open("2021-07-02T15:00:00-04:00"), true, "a full Friday");
});

Deno.test("quotes are scanned until the grace after the close is over", () => {
  const close = Date.parse("2026-03-04T16:00:00-05:00");
  assert.equal(isQuoteTime(new Date(close + CLOSING_GRACE_MS - 1)), true);
  assert.equal(isQuoteTime(new Date(close + CLOSING_GRACE_MS)), false);
  assert.equal(isQuoteTime(new Date("2026-03-04T09:29:00-05:00")), false);
});

Deno.test("a wall clock time in New York becomes the right instant on both sides of a change", () => {
  const at = (day: string, minute: number) =>
    newYorkTime(new Date(day), minute).toISOString();
  assert.equal(at("2013-10-07", 240), "2013-10-07T08:00:00.000Z");
  assert.equal(at("2026-03-08", 60), "2026-03-08T06:00:00.000Z");
  assert.equal(at("2026-03-08", 240), "2026-03-08T08:00:00.000Z");
  assert.equal(at("2026-11-01", 240), "2026-11-01T09:00:00.000Z");
  assert.equal(at("2026-01-15", 1439), "2026-01-16T04:59:00.000Z");
});

const told = (from: string, to: string) =>
  sessionsBetween(new Date(from), new Date(to)).map(({ open, close }) =>
    [open, close].map((ms) => new Date(ms).toISOString().slice(0, 16)).join()
  );

Deno.test("sessions leave out weekends and holidays, end early on short days, and follow the clocks", () => {
  assert.deepEqual(told("2026-11-25T00:00Z", "2026-12-01T00:00Z"), [
    "2026-11-25T14:30,2026-11-25T21:00",
    "2026-11-27T14:30,2026-11-27T18:00",
    "2026-11-30T14:30,2026-11-30T21:00",
  ]);
  assert.deepEqual(told("2026-03-06T00:00Z", "2026-03-10T00:00Z"), [
    "2026-03-06T14:30,2026-03-06T21:00",
    "2026-03-09T13:30,2026-03-09T20:00",
  ]);
  assert.deepEqual(told("2026-12-31T20:00Z", "2027-01-04T14:30:01Z"), [
    "2026-12-31T14:30,2026-12-31T21:00",
    "2027-01-04T14:30,2027-01-04T21:00",
  ]);
});

Deno.test("sessions are open where isMarketOpen says so", () => {
  const sessions = sessionsBetween(
    new Date("2025-01-01"),
    new Date("2028-01-01"),
  );
  assert.ok(sessions.length > 745 && sessions.length < 760);
  for (const { open, close } of sessions) {
    const at = [open - 1, open, close - 1, close];
    const is = at.map((ms) => isMarketOpen(new Date(ms)));
    assert.deepEqual(is, [false, true, true, false]);
  }
});

Deno.test("the next opening bell skips a holiday, and the session that runs", () => {
  const next = (now: string) => nextOpen(new Date(now)).toISOString();
  assert.equal(next("2026-11-25T22:00Z"), "2026-11-27T14:30:00.000Z");
  assert.equal(next("2026-11-27T14:30Z"), "2026-11-30T14:30:00.000Z");
  assert.equal(next("2026-12-31T22:00Z"), "2027-01-04T14:30:00.000Z");
});
