import assert from "node:assert/strict";
import type { EventTrace } from "../engine/trace.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { createEventTraces } from "./event_traces.ts";

const day = (n: number) => new Date(Date.UTC(2026, 0, n));

/** @param at market time, in days; @param published when, in days */
function trace(event_id: string, at: number, published: number): EventTrace {
  return {
    symbol: "AAPL",
    event_id,
    at: day(at).toISOString(),
    position: `${published}-0`,
    published_at: day(published),
    delivered_at: day(published),
    stored_at: day(published),
    attempts: 1,
    trace_id: null,
  };
}

Deno.test("the trace of a symbol only moves forward, and a replay leaves it as it is", async () => {
  await using database = await migratedDatabase();
  const traces = createEventTraces(database.sql);
  const record = async (...given: EventTrace[]) => {
    await traces.record("quotes", "1.quotes.0", given);
    return (await traces.of(["quotes"], "AAPL")).get("quotes")?.event_id;
  };
  assert.equal(await record(), undefined);
  assert.equal(await record(trace("first", 2, 2)), "first");
  assert.equal(await record(trace("older", 1, 3)), "first");
  const replayed = { ...trace("first", 2, 2), attempts: 9 };
  await record(replayed);
  assert.equal(
    (await traces.of(["quotes"], "AAPL")).get("quotes")?.attempts,
    1,
  );
  assert.equal(await record(trace("told again", 2, 4)), "told again");
  assert.equal(await record(trace("newer", 5, 5)), "newer");
  assert.deepEqual(await traces.at("quotes", "5-0"), {
    ...trace("newer", 5, 5),
    host: "1.quotes.0",
  });
  assert.equal((await traces.byId("quotes", "newer"))?.position, "5-0");
  assert.equal((await traces.of(["news"], "AAPL")).size, 0);
});
