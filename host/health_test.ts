import assert from "node:assert/strict";
import type { Broker } from "../broker/broker.ts";
import type { ActorStatus, IsolateStatus } from "../engine/status.ts";
import { actorStatus } from "../tests/support/actors.ts";
import { marketRests } from "../engine/scheduler.ts";
import { checkHealth } from "./health.ts";

type Sources = Parameters<typeof checkHealth>[0];

const durability = { loss_window: "none", loss_window_ms: 0, warnings: [] };

/** Servers that answer well: what stops them is tried on real ones, in tests/health_test.ts. */
function sources(
  { letters = 0, valued = ["AAPL", "MSFT", "GONE"], well = ["GONE"] } = {},
): Sources {
  const answers: Record<string, unknown[]> = {
    show: [{ transaction_read_only: "off" }],
    select: [{ count: letters }],
  };
  const sql = ([text]: string[]) => {
    const verb = text!.trim().split(/\s/)[0]!;
    return Promise.resolve(answers[verb]);
  };
  const broker: Partial<Broker> = {
    ping: () => Promise.resolve(),
    durability: () => Promise.resolve(durability),
  };
  const watched = ["AAPL", "MSFT", "GONE", "NEW"].map((symbol) => {
    const age = symbol === "NEW" ? 1_000 : 300_000;
    return { symbol, added_at: new Date(Date.now() - age).toISOString() };
  });
  return {
    catalog: { actors: new Map([["quotes", {}]]), broken: [] },
    missing: () => null,
    running: () => ({ broker }),
    stores: {
      sql,
      redis: {
        ping: () => Promise.resolve("PONG"),
        eval: () => Promise.resolve(""),
      },
      cache: { symbols: () => Promise.resolve(valued) },
      watchlist: { list: () => Promise.resolve(watched) },
      scans: { wellWith: () => Promise.resolve(new Set(well)) },
    },
  } as unknown as Sources;
}

const check = (
  changes: Partial<ActorStatus>,
  given?: Parameters<typeof sources>[0],
) =>
  checkHealth(
    sources(given),
    () => Promise.resolve([actorStatus("quotes", changes)]),
  );

const isolate = (changes: Partial<IsolateStatus>): IsolateStatus => ({
  replica: 0,
  consumer: "host-1.quotes.0",
  state: "running",
  started_at: null,
  uptime_ms: 600_000,
  restarts: 0,
  last_error: null,
  last_read_age_ms: 10,
  heartbeat_age_ms: 10,
  waiting: null,
  in_hand: false,
  handled_age_ms: 1_000,
  handled: 5,
  dead_lettered: 0,
  ...changes,
});

Deno.test("an actor that gets on is ready", async () => {
  const isolates = [isolate({ handled_age_ms: 900_000 })];
  const health = await check({ isolates, oldest_ms: 200, pending: 1 });
  assert.equal(health.state, "ready");
  assert.deepEqual([health.reasons, health.warnings], [[], []]);
});

Deno.test("an event that has waited for a minute while none was handled: not ready, with numbers", async () => {
  const isolates = [isolate({ handled_age_ms: 90_000 })];
  const stuck = { isolates, oldest_ms: 80_000, pending: 745, lag: 3 };
  const { state, reasons } = await check(stuck);
  assert.equal(state, "not-ready");
  assert.match(reasons[0]!, /quotes has waited for 80 s, 748 are not handled/);
  const paused = await check({ ...stuck, paused: true, state: "paused" });
  assert.equal(paused.ready, true, "somebody wants it so");
  const told = isolate({ handled_age_ms: 2_000, uptime_ms: 900_000 });
  const resumed = await check({ ...stuck, isolates: [told] });
  assert.equal(resumed.ready, true, "it was resumed just now");
});

Deno.test("what another host has in hand makes this one no worse than degraded", async () => {
  const isolates = [isolate({ handled_age_ms: 900_000 })];
  const stuck = { isolates, oldest_ms: 90_000, pending: 1, lag: 0 };
  const { state, warnings } = await check(stuck);
  assert.equal(state, "degraded");
  assert.match(warnings[0]!, /waited for 90 s.*another consumer has it/);
  const here = [isolate({ handled_age_ms: 900_000, in_hand: true })];
  assert.equal((await check({ ...stuck, isolates: here })).ready, false);
});

Deno.test("an actor that catches up is degraded", async () => {
  const late = { isolates: [isolate({})], oldest_ms: 90_000, lag: 20_000 };
  const { state, warnings } = await check(late);
  assert.equal(state, "degraded");
  assert.match(warnings[0]!, /90 s, 20000 are not handled: it is catching up/);
});

Deno.test("what a batch waits for is told after five seconds, with what to do", async () => {
  const reason = "could not extend file: No space left on device";
  const waits = (ms: number) =>
    check({ isolates: [isolate({ waiting: { reason, ms } })] });
  assert.equal((await waits(4_000)).ready, true, "it mends itself");
  const { reasons } = await waits(6_000);
  assert.match(reasons[0]!, /^host-1\.quotes\.0 waits, for 6 s: .*make room/);
});

Deno.test("symbols whose scan failed are told, unless nobody watches them", async () => {
  const failing = { GONE: "no such symbol", OLD: "no such symbol" };
  const { state, warnings } = await check({ failing });
  assert.equal(state, "degraded");
  const { schedule } = actorStatus("quotes");
  const resting = { ...schedule, waiting: marketRests };
  const rests = await check({ failing, schedule: resting });
  assert.equal(rests.state, "ready", "the next scan comes with the market");
  assert.deepEqual(warnings, [
    "1 symbol could not be scanned by quotes (GONE): no such symbol",
  ]);
});

Deno.test("dead letters that nobody has looked at are told", async () => {
  const { state, warnings } = await check({}, { letters: 4 });
  assert.equal(state, "degraded");
  assert.match(warnings[0]!, /^4 dead letters since anybody looked/);
});

Deno.test("a symbol that never got a value is told, after a minute", async () => {
  const { state, warnings } = await check({}, { valued: ["AAPL", "MSFT"] });
  assert.equal(state, "degraded");
  assert.match(warnings[0]!, /^1 symbol without any value \(GONE\)/);
  const waits = { valued: ["AAPL", "MSFT"], well: [] };
  assert.equal((await check({}, waits)).state, "ready", "its turn comes");
});

Deno.test("a market that refuses all symbols is told so, with its words", async () => {
  const failing = { AAPL: "finnhub refuses AAPL: 403", MSFT: "the same" };
  const all = { failing, refused: 2, watched: 2 };
  assert.match(
    (await check(all)).warnings[0]!,
    /^the market refuses all 2 symbols to quotes, .* plan: finnhub refuses/,
  );
  const one = await check({ ...all, watched: 4 });
  assert.match(one.warnings[0]!, /^2 symbols could not be scanned by quotes/);
});

Deno.test("symbols that should have been scanned long since are told", async () => {
  const { state, warnings } = await check({ overdue: 7 });
  assert.equal(state, "degraded");
  assert.match(warnings[0]!, /^7 symbols of quotes .* comes every 300 s/);
});

Deno.test("a foreign group that stands still is told, with the command that ends it", async () => {
  const removed_by = "redis-cli XGROUP DESTROY signalbox:stream:quotes other";
  const one = { group: "other", lag: 70_000, pending: 5, removed_by };
  const idle = { ...one, oldest_ms: 3_600_000 };
  const along = { ...one, group: "reads along", oldest_ms: 50 };
  const { state, warnings } = await check({ foreign_groups: [idle, along] });
  assert.equal(state, "degraded");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /"other" is 70005 events of quotes/);
  assert.ok(warnings[0]!.endsWith(removed_by));
});
