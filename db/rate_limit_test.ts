import assert from "node:assert/strict";
import { bucketOf, createRateLimit } from "./rate_limit.ts";
import { privateRedis } from "../tests/support/redis.ts";

Deno.test("after a burst the calls are spread, over all who share the limit", async () => {
  await using server = await privateRedis();
  // 1200 a minute: 120 at once, then one every 55.5 ms.
  const hosts = [server.redis, server.connect()].map((redis) =>
    createRateLimit(redis, "test", 1200)
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
  assert.ok(last > 4 * 55 && last < 2_000, `${last} ms`);
  const atOnce = passedAt.filter((ms) => ms < 2 * 55).length;
  assert.ok(atOnce <= 122, `${atOnce} at once`);
});

Deno.test("turns come in the order in which they were asked for", async () => {
  await using server = await privateRedis();
  const limit = createRateLimit(server.redis, "test", 1200);
  for (let i = 0; i < 120; i++) await limit.take();
  const order: number[] = [];
  await Promise.all([0, 1, 2, 3].map(async (i) => {
    await limit.take();
    order.push(i);
  }));
  assert.deepEqual(order, [0, 1, 2, 3]);
});

Deno.test("who leaves the queue gives his turns back", async () => {
  await using server = await privateRedis();
  const limit = createRateLimit(server.redis, "test", 60);
  for (let i = 0; i < 6; i++) await limit.take();
  const stop = new AbortController();
  const crowd = Array.from({ length: 100 }, () => limit.take(stop.signal));
  setTimeout(() => stop.abort(new Error("enough")), 50);
  const results = await Promise.allSettled(crowd);
  assert.ok(results.every((result) => result.status === "rejected"));
  const full = Number(await server.redis.get("signalbox:rate:test"));
  const [seconds] = await server.redis.time();
  assert.ok(full / 1e6 - Number(seconds) < 10, "106 turns would be 115 s");
  await assert.rejects(limit.take(stop.signal), /enough/);
});

Deno.test("the limit holds in every minute, its burst included", () => {
  for (let calls = 1; calls <= 300; calls++) {
    const { burst, intervalUs } = bucketOf(calls);
    // When a full bucket lets the call after the last allowed one pass.
    assert.ok((calls - burst + 1) * intervalUs >= 60_000_000, `${calls}`);
  }
  assert.deepEqual(bucketOf(60), { burst: 6, intervalUs: 1_090_910 });
});

Deno.test("a limit that is no whole number is refused", async () => {
  await using server = await privateRedis();
  for (const calls of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => createRateLimit(server.redis, "test", calls),
      RangeError,
    );
  }
});
