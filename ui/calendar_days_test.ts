import assert from "node:assert/strict";
import { dayAt, dayMs, midnightOf, monthOf } from "./calendar_days.ts";

const zone = "America/New_York";
const dayOf = (date: string) => Date.parse(date) / dayMs;

Deno.test("a day begins at the zone's midnight, on both sides of a change of the clocks", () => {
  const midnights = ["2026-03-08", "2026-03-09"].map((date) =>
    new Date(midnightOf(dayOf(date), zone)).toISOString()
  );
  assert.deepEqual(midnights, [
    "2026-03-08T05:00:00.000Z",
    "2026-03-09T04:00:00.000Z",
  ]);
});

Deno.test("a moment is of the day that the zone's calendar shows", () => {
  for (const one of ["UTC", zone, "Pacific/Kiritimati", "Asia/Kolkata"]) {
    for (let ms = Date.parse("2026-10-20"); ms < Date.parse("2026-11-10");) {
      const date = Temporal.Instant.fromEpochMilliseconds(ms)
        .toZonedDateTimeISO(one).toPlainDate();
      assert.equal(dayAt(ms, one), dayOf(`${date}`), `${one} ${ms}`);
      ms += 47 * 60_000;
    }
  }
});

Deno.test("a midnight that a change of the clocks leaves out, and a day that was skipped, are no trouble", () => {
  // São Paulo's clocks went from 0:00 to 1:00; Samoa went over the date line.
  assert.equal(
    new Date(midnightOf(dayOf("2018-11-04"), "America/Sao_Paulo"))
      .toISOString(),
    "2018-11-04T03:00:00.000Z",
  );
  const after = Date.parse("2011-12-30T12:00:00Z");
  assert.equal(dayAt(after, "Pacific/Apia"), dayOf("2011-12-31"));
});

Deno.test("months are counted on from year to year", () => {
  assert.equal(monthOf(dayOf("2026-12-31")) + 1, monthOf(dayOf("2027-01-01")));
  assert.equal(monthOf(dayOf("2027-01-31")), monthOf(dayOf("2027-01-01")));
});
