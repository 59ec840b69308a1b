import assert from "node:assert/strict";
import { actorStatus } from "../../tests/support/actors.ts";
import { type Known, sayingsOf } from "./state.tsx";

const latest = { symbol: "SAP", at: "2026-11-25T20:58:00.000Z" };
const minutes = 60_000;
const { schedule } = actorStatus("quotes");

function said(changes: Partial<Known>): string[] {
  return sayingsOf({
    symbol: "SAP",
    status: actorStatus("quotes"),
    latest,
    staleAfterMs: 20 * minutes,
    zone: "America/New_York",
    now: new Date("2026-11-25T20:59:00Z"),
    ...changes,
  }).map(({ text }) => text);
}

Deno.test("of a fresh value there is nothing to say", () => {
  assert.deepEqual(said({}), []);
});

Deno.test("a symbol that fails says why, beside its value or without one", () => {
  const failing = { SAP: "finnhub refuses this symbol: 403" };
  const status = actorStatus("quotes", { failing });
  const why = "The last scan of SAP failed: finnhub refuses this symbol: 403.";
  assert.deepEqual(said({ status }), [why]);
  assert.deepEqual(said({ status, latest: undefined }), [
    why,
    "There is no value yet.",
  ]);
  const other = actorStatus("quotes", { failing: { AAPL: "403" } });
  assert.deepEqual(said({ status: other }), []);
});

Deno.test("an old value says since when nothing came", () => {
  const [text] = said({ now: new Date("2026-11-25T21:30:00Z") });
  assert.match(text!, /nothing newer came since Wed,? 25 Nov 2026.* 15:58\./);
  assert.deepEqual(
    said({ now: new Date("2027-01-01"), staleAfterMs: undefined }),
    [],
  );
});

Deno.test("while the market is closed an old value is no fault, and the next bell is told in both zones", () => {
  const status = actorStatus("quotes", {
    schedule: { ...schedule, market_hours: true },
  });
  const now = new Date("2026-11-26T03:00:00Z");
  const [text, ...more] = said({ status, now, zone: "Europe/Berlin" });
  assert.match(
    text!,
    /closed until Fri,? 27 Nov 2026.* 09:30 in New York \(Fri,? 27 Nov 2026.* 15:30 in Berlin\)\./,
  );
  assert.deepEqual(more, []);
});

Deno.test("a pause, a schedule that waits, and a first scan that is to come are told", () => {
  const paused = actorStatus("quotes", { state: "paused" });
  assert.match(said({ status: paused })[0]!, /is paused/);
  const waiting = actorStatus("quotes", {
    schedule: { ...schedule, waiting: "1,000 events are not handled yet" },
  });
  assert.match(said({ status: waiting })[0]!, /does not scan now: 1,000/);
  const next = actorStatus("quotes", {
    schedule: { ...schedule, next: "2026-11-25T21:00:00.000Z" },
  });
  assert.match(
    said({ status: next, latest: undefined }).join(),
    /Waiting for the first data\. The next scan is at .*16:00/,
  );
});

Deno.test("where each symbol keeps its exchange's hours, New York's say nothing of another", () => {
  const now = new Date("2026-11-27T03:00:00Z");
  const hours = { schedule: { ...schedule, market_hours: true } };
  const told = (closed: Record<string, string | null>) =>
    said({ status: actorStatus("quotes", { ...hours, closed }), now });
  assert.deepEqual(told({ SAP: null }), ["Its exchange is closed."]);
  const [opens] = told({ SAP: "2026-11-27T14:30:00.000Z" });
  assert.match(opens!, /closed until .*09:30 in New York/);
  const [old, ...others] = told({ AAPL: null });
  assert.match(old!, /The value is old/);
  assert.deepEqual(others, []);
});
