import assert from "node:assert/strict";
import { hurried, parseCron } from "./cron.ts";

const at = (time: string) => new Date(`2026-03-06T${time}Z`);

Deno.test("a slot is due at its very instant, and the next one comes after it", () => {
  const slots = parseCron("*/5 * * * *");
  assert.deepEqual(slots.last(at("10:05:00.000")), at("10:05:00.000"));
  assert.deepEqual(slots.last(at("10:04:59.999")), at("10:00:00.000"));
  assert.deepEqual(slots.next(at("10:05:00.000")), at("10:10:00.000"));
});

Deno.test("slots are in UTC, whatever the zone of the host, and know weekdays by name", () => {
  const slots = parseCron("30 13 * * MON-FRI");
  // 2026-03-06 is a Friday.
  assert.deepEqual(
    slots.next(at("14:00:00")),
    new Date("2026-03-09T13:30:00Z"),
  );
});

Deno.test("an expression that Deno.cron reads otherwise, or not at all, is refused with the reason", () => {
  assert.throws(() => parseCron("* * * * * *"), /five fields/);
  assert.throws(() => parseCron("0 9 * * 1-5"), /by name/);
  assert.throws(() => parseCron("61 * * * *"), /not a cron expression/);
  assert.throws(() => parseCron("0 0 ? * *"), /Deno.cron/);
  assert.throws(() => parseCron("0 0 * * +MON"), /Deno.cron/);
  assert.throws(() => parseCron(""), /five fields/);
});

Deno.test("a schedule in a hurry has the same slots, so many times as often, each at one instant", () => {
  const slots = hurried(parseCron("*/2 * * * *"), 60);
  assert.deepEqual(slots.last(at("10:05:01.999")), at("10:05:00.000"));
  assert.deepEqual(slots.next(at("10:05:00.000")), at("10:05:02.000"));
  const odd = hurried(parseCron("* * * * *"), 7);
  const next = odd.next(at("10:05:00.000"))!;
  assert.deepEqual(odd.last(next), next);
  assert.ok(odd.last(new Date(next.getTime() - 1))! < next);
});
