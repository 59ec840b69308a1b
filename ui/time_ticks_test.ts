import assert from "node:assert/strict";
import { sessionsBetween } from "../market/hours.ts";
import { type Stretch, timeScale } from "./time_scale.ts";
import { timeAxis } from "./time_ticks.ts";

const exchange = "America/New_York";

/** The axis of those whole sessions. */
function axis(from: string, to: string, shown = exchange) {
  const sessions = sessionsBetween(new Date(from), new Date(to));
  const closed = sessions.slice(1).map((
    { open },
    i,
  ): Stretch => [sessions[i]!.close, open]);
  const scale = timeScale(sessions[0]!.open, sessions.at(-1)!.close, closed);
  return timeAxis(scale, { exchange, shown });
}

const ticks = (...args: Parameters<typeof axis>) =>
  axis(...args).ticks.map(({ text }) => text).join(" ");

Deno.test("one session is told by round hours of the exchange, also in another zone", () => {
  const day = ["2026-11-24", "2026-11-25"] as const;
  const hours = "10:00 11:00 12:00 13:00 14:00 15:00 16:00";
  assert.equal(ticks(...day), hours);
  assert.equal(
    ticks(...day, "Europe/Berlin"),
    "16:00 17:00 18:00 19:00 20:00 21:00 22:00",
  );
  assert.equal(
    ticks(...day, "Asia/Kolkata"),
    "20:30 21:30 22:30 23:30 00:30 01:30 02:30",
  );
});

Deno.test("round hours stay round on both sides of a change of the clocks", () => {
  assert.equal(
    ticks("2026-03-06", "2026-03-10"),
    "10:00 12:00 14:00 16:00 12:00 14:00 16:00",
  );
});

Deno.test("each day that begins at a break is named there, with its date in the zone that is shown", () => {
  const { breaks } = axis("2026-11-24", "2026-11-28");
  assert.deepEqual(breaks.map(({ text }) => text.replace(",", "")), [
    "Wed 25 Nov",
    "Fri 27 Nov",
  ]);
  assert.ok(breaks.every(({ labelled }) => labelled));
  const sydney = axis("2026-11-24", "2026-11-28", "Australia/Sydney").breaks;
  assert.match(sydney[0]!.text, /Thu.* 26 Nov/);
});

Deno.test("longer ranges are told by days, weeks, months and years", () => {
  assert.equal(
    ticks("2026-11-18", "2026-11-25"),
    "19 Nov 20 Nov 23 Nov 24 Nov",
  );
  assert.equal(ticks("2026-10-26", "2026-11-25").split(" Nov").length, 5);
  assert.match(ticks("2026-05-26", "2026-11-25"), /Jul 2026.*Nov 2026/);
  assert.match(ticks("2018-01-02", "2026-11-25"), /2019.*2026/);
});

Deno.test("labels have room, and lines of breaks are not too many", () => {
  for (const from of ["2026-11-20", "2026-10-01", "2026-02-01", "2023-01-03"]) {
    const { ticks, breaks } = axis(from, "2026-11-25");
    assert.ok(ticks.length >= 2 && ticks.length <= 14, `${ticks.length}`);
    ticks.slice(1).forEach(({ x }, i) => assert.ok(x - ticks[i]!.x > 0.07));
    assert.ok(breaks.length <= 45, `${breaks.length}`);
  }
});

Deno.test("what trades around the clock has its days marked at midnight, and nothing closed", () => {
  const start = Date.parse("2026-11-24T14:00Z");
  const scale = timeScale(start, start + 24 * 3_600_000, []);
  const { ticks, breaks } = timeAxis(scale, { exchange, shown: exchange });
  assert.deepEqual(ticks.map(({ text }) => text).slice(0, 3), [
    "09:00",
    "12:00",
    "15:00",
  ]);
  assert.deepEqual(breaks.map(({ closed }) => closed), [null]);
  assert.match(breaks[0]!.text, /25 Nov/);
});
