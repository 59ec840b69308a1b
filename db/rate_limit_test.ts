import assert from "node:assert/strict";
import { type Caller, createRateLimit, pace } from "./rate_limit.ts";
import { MarketBusyError, type RateLimit } from "../market/market.ts";
import { privateRedis } from "../tests/support/redis.ts";
import { sleep } from "../wait.ts";

const actor = (name: string, weight = 1): Caller => ({ name, weight });

/** Calls without end, on so many lanes, until aborted; counts them. */
function greedy(limit: RateLimit, lanes: number, signal: AbortSignal) {
  const made = { calls: 0 };
  const lane = async () => {
    for (;;) {
      await limit.take(signal);
      made.calls++;
    }
  };
  for (let i = 0; i < lanes; i++) lane().catch(() => {});
  return made;
}

Deno.test("after a burst the calls are spread, over all who share the limit", async () => {
  await using server = await privateRedis();
  // 1200 a minute: 120 at once, then one every 51.7 ms.
  const hosts = [server.redis, server.connect()].map((redis) =>
    createRateLimit(redis, "test", 1200).of(actor("quotes"))
  );
  await hosts[1]!.take();
  const started = performance.now();
  const passedAt = await Promise.all(
    Array.from({ length: 124 }, async (_, i) => {
      await hosts[i % 2]!.take();
      return performance.now() - started;
    }),
  );
  const last = Math.max(...passedAt);
  assert.ok(last > 4 * 51, `${last} ms`);
});

Deno.test("those who wait share by weight, however many lanes they have", async () => {
  await using server = await privateRedis();
  const shared = createRateLimit(server.redis, "test", 6000);
  const callers = { one: 6, crowd: 20, heavy: 12 };
  await shared.of(actor("one")).pause!(1_500);
  const stop = new AbortController();
  const order: string[] = [];
  const all = Object.entries(callers).flatMap(([name, lanes]) => {
    const limit = shared.of(actor(name, name === "heavy" ? 2 : 1));
    return Array.from(
      { length: lanes },
      () => limit.take(stop.signal).then(() => order.push(name), () => {}),
    );
  });
  while (order.length < 16) await sleep(10);
  stop.abort(new Error("enough"));
  await Promise.all(all);
  const count = (name: string) =>
    order.slice(0, 16).filter((one) => one === name).length;
  const told = order.slice(0, 16).join();
  assert.ok(Math.abs(count("one") - 4) <= 1, told);
  assert.ok(Math.abs(count("crowd") - 4) <= 1, told);
  assert.ok(Math.abs(count("heavy") - 8) <= 1, told);
});

Deno.test("a person comes before what already waits", async () => {
  await using server = await privateRedis();
  const shared = createRateLimit(server.redis, "test", 600);
  const stop = new AbortController();
  const scans = greedy(shared.of(actor("quotes")), 40, stop.signal);
  while (scans.calls < 60) await sleep(10);
  await sleep(300);
  const before = scans.calls;
  await shared.of({ name: "person", weight: 16 }).take();
  assert.ok(scans.calls - before <= 3, `${scans.calls - before} came before`);
  stop.abort(new Error("enough"));
});

Deno.test("what runs in the background leaves the last calls to people", async () => {
  await using server = await privateRedis();
  const shared = createRateLimit(server.redis, "test", 60);
  const { background, people } = pace(60);
  // A minute of calls, as if they had been spread.
  const calls = Array.from({ length: background.limit }, (_, i) => i);
  const now = Date.now() * 1000;
  for (const i of calls) {
    const at = now - i * background.intervalUs;
    await server.redis.zadd("signalbox:rate:test:calls", at, `b:${i}`);
  }
  const scan = shared.of({ ...actor("quotes"), background: true });
  const stop = new AbortController();
  const waiting = scan.take(stop.signal).then(() => "came", () => "stopped");
  await sleep(50);
  const person = shared.of({ name: "person", weight: 16, patienceMs: 100 });
  for (let i = background.limit; i < people.limit; i++) await person.take();
  await assert.rejects(person.take(), MarketBusyError);
  stop.abort(new Error("enough"));
  assert.equal(await waiting, "stopped");
});

Deno.test("who may not wait is told so, and a share of the limit is no more than that", async () => {
  await using server = await privateRedis();
  const shared = createRateLimit(server.redis, "test", 60);
  const searching = { name: "search", weight: 16, share: 0.25, patienceMs: 50 };
  const search = shared.of(searching);
  let found = 0;
  let busy: unknown;
  for (let i = 0; i < 40; i++) {
    await search.take().then(() => found++, (error) => busy = error);
  }
  assert.equal(found, 5, "a third of a quarter of the minute at once");
  assert.ok(busy instanceof MarketBusyError);
  assert.ok(busy.retryAfterMs > 1_000 && busy.retryAfterMs < 5_000);
  await shared.of(actor("quotes")).take();
  const { remaining } = await shared.look();
  assert.equal(remaining, 54, "the rest is there for the others");
});

Deno.test("where somebody else can be asked, a limit that is used up is not waited for, a turn is", async () => {
  await using server = await privateRedis();
  const limit = createRateLimit(server.redis, "test", 60);
  const yielding = limit.of({ ...actor("quotes"), yields: true });
  // Six at once; the seventh has its turn a second later.
  for (let i = 0; i < 7; i++) await yielding.take();
  await yielding.pause!(30_000);
  await assert.rejects(yielding.take(), MarketBusyError);
});

Deno.test("who leaves, or whose host died, holds nobody up", async () => {
  await using server = await privateRedis();
  const shared = createRateLimit(server.redis, "test", 600);
  const limit = shared.of(actor("quotes"));
  for (let i = 0; i < 60; i++) await limit.take();
  const stop = new AbortController();
  const crowd = Array.from({ length: 100 }, () => limit.take(stop.signal));
  setTimeout(() => stop.abort(new Error("enough")), 50);
  const results = await Promise.allSettled(crowd);
  assert.ok(results.some((result) => result.status === "rejected"));
  // One that stopped asking long ago.
  const queue = "signalbox:rate:test:queue";
  assert.equal(await server.redis.zcard(queue), 0);
  await server.redis.zadd(queue, 0, "dead");
  const started = performance.now();
  await limit.take();
  assert.ok(performance.now() - started < 2_000);
  await assert.rejects(limit.take(stop.signal), /enough/);
});

Deno.test("a pause holds for every host", async () => {
  await using server = await privateRedis();
  const [told, other] = [server.redis, server.connect()].map((redis) =>
    createRateLimit(redis, "test", 6000)
  );
  const started = performance.now();
  await told!.of(actor("quotes")).pause!(1_000);
  const { paused_ms } = await other!.look();
  assert.ok(paused_ms > 0 && paused_ms <= 1_000, `${paused_ms}`);
  await other!.of(actor("news")).take();
  assert.ok(performance.now() - started > 950);
});

Deno.test("no more than the limit comes in any window, whoever calls and however late the hosts ask", async () => {
  await using server = await privateRedis();
  // The clock of the window, a hundred times as fast: what came is moved into the past.
  const limit = 30;
  const shared = createRateLimit(server.redis, "test", limit);
  const { intervalUs } = pace(limit).people;
  const keys = ["state", "queue", "calls"].map((key) =>
    `signalbox:rate:test:${key}`
  );
  const [state, , calls] = keys as [string, string, string];
  const times: number[] = [];
  const started = Date.now() * 1000;
  let passedUs = 0;
  const pass = async (us: number) => {
    passedUs += us;
    const entries = await server.redis.zrange(calls, 0, -1, "WITHSCORES");
    for (let i = 0; i < entries.length; i += 2) {
      await server.redis.zincrby(calls, -us, entries[i]!);
    }
    await server.redis.hincrbyfloat(state, "full", -us);
  };
  const callers = [actor("quotes"), actor("news"), {
    name: "person",
    weight: 16,
  }]
    .map((caller) => shared.of({ ...caller, patienceMs: 0 }));
  for (let i = 0; i < 400; i++) {
    for (const caller of callers) {
      await caller.take().then(
        () => times.push(Date.now() * 1000 - started + passedUs),
        () => {},
      );
    }
    // Now and then nobody asks for a while, so that a burst gathers.
    await pass(i % 40 === 0 ? 3 * intervalUs : intervalUs / 3);
  }
  assert.ok(times.length > 100);
  const most = times.map((from) =>
    times.filter((at) => at >= from && at < from + 60_000_000).length
  );
  assert.ok(Math.max(...most) <= limit, `${Math.max(...most)} in a minute`);
  const spanUs = times.at(-1)! - times[0]!;
  const rate = times.length / spanUs * 62_000_000;
  assert.ok(rate > 0.9 * limit, `only ${rate} of ${limit} are used`);
});

Deno.test("a limit that is no whole number, and a weight of nothing, are refused", async () => {
  await using server = await privateRedis();
  for (const calls of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => createRateLimit(server.redis, "test", calls),
      RangeError,
    );
  }
  const { of } = createRateLimit(server.redis, "test", 60);
  assert.throws(() => of(actor("quotes", 0)), RangeError);
  assert.throws(() => of({ name: "a", weight: 1, share: 2 }), RangeError);
});
