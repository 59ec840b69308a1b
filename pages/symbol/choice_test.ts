import assert from "node:assert/strict";
import {
  addressOf,
  choiceOf,
  rangeOf,
  rangeWith,
  rememberZone,
  startOf,
  zoneOf,
} from "./choice.ts";

const newest = "2026-01-30T21:00:00.000Z";
const chosen = (query: string, cookie: string | null = null) =>
  choiceOf(
    new URL(`http://localhost/symbols/A${query}`),
    cookie,
    Date.parse(newest),
  );

Deno.test("a range is counted back from the newest value, not from now", () => {
  assert.equal(startOf(rangeOf("1d"), newest), "2026-01-29T21:00:00.000Z");
});

Deno.test("all has no start, and an unknown range is the first one", () => {
  assert.equal(startOf(rangeOf("all"), newest), undefined);
  assert.equal(rangeOf("10y").name, "1d");
  assert.equal(rangeOf(null).name, "1d");
});

Deno.test("a time that the range does not reach widens it to the first that does", () => {
  const to = (at: string) =>
    rangeWith(rangeOf("1d"), newest, Date.parse(at)).name;
  assert.equal(to("2026-01-30T10:00Z"), "1d");
  assert.equal(to("2026-01-27T10:00Z"), "5d");
  assert.equal(to("2025-12-01T10:00Z"), "6m");
  assert.equal(to("2001-01-01T10:00Z"), "all");
});

Deno.test("the zone is the address's, else the one that was remembered, else the exchange's", () => {
  assert.equal(chosen("").zone, "America/New_York");
  assert.equal(chosen("?zone=utc").zone, "UTC");
  assert.equal(chosen("?zone=europe/berlin").zone, "Europe/Berlin");
  assert.equal(chosen("?zone=Asia/Kolkata").zone, "Asia/Kolkata");
  const cookie = rememberZone("Europe/Berlin").split(";")[0]!;
  assert.equal(chosen("", `a=b; ${cookie}`).zone, "Europe/Berlin");
  assert.equal(chosen("?zone=exchange", cookie).zone, "America/New_York");
  assert.equal(chosen("", cookie).zoneChosen, false);
});

Deno.test("what is no zone is none, and reaches no header", () => {
  for (
    const name of [
      "",
      "Mars/Base",
      "UTC\r\nx: y",
      "UTC; Path=/",
      "../etc",
      "+01:00",
      "x".repeat(99),
    ]
  ) {
    assert.equal(zoneOf(name), null, name);
    assert.equal(chosen(`?zone=${encodeURIComponent(name)}`).zoneChosen, false);
  }
});

Deno.test("what cannot be understood is told, and not followed", () => {
  assert.match(chosen("?at=soon").complaint!, /"soon" is not a time/);
  assert.match(
    chosen("?compare=%3Cb%3E").complaint!,
    /"<b>" cannot be a symbol/,
  );
  assert.equal(chosen("?compare=msft").compare, "MSFT");
  assert.equal(chosen("?at=14:35&compare=&zone=utc").complaint, null);
});

Deno.test("a link changes one choice and keeps the others", () => {
  const choice = chosen("?range=5d&zone=utc&compare=MSFT&at=14:35");
  assert.equal(
    addressOf(choice, { range: "1y" }),
    "?range=1y&zone=UTC&compare=MSFT",
  );
  assert.equal(addressOf(choice, { compare: "" }), "?range=5d&zone=UTC");
  const cookie = rememberZone("Europe/Berlin").split(";")[0]!;
  assert.equal(
    addressOf(chosen("", cookie), { range: "1y" }),
    "?range=1y&zone=Europe%2FBerlin",
    "whoever is given the address has another cookie",
  );
});
