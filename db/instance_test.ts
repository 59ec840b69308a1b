import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import { leaseInstance } from "./instance.ts";
import { privateRedis } from "../tests/support/redis.ts";

Deno.test("each instance gets the lowest free number", async () => {
  await using server = await privateRedis();
  const { redis } = server;
  const leases = await Promise.all(
    [1, 2, 3].map(() => leaseInstance(redis)),
  );
  const names = leases.map((lease) => lease.name);
  assert.deepEqual(names.sort(), ["1", "2", "3"]);
  await leases.find((lease) => lease.name === "2")!.release();
  assert.equal((await leaseInstance(redis)).name, "2");
});

Deno.test("a lease that ran out is lost as soon as somebody else has the name", async () => {
  await using server = await privateRedis();
  const { redis } = server;
  const first = await leaseInstance(redis, { ttlMs: 50 });
  await sleep(80);
  assert.equal(await first.renew(), true, "nobody else took it");
  await redis.flushall();
  assert.equal(await first.renew(), true, "Redis forgot it");
  await sleep(80);
  const second = await leaseInstance(redis);
  assert.equal(second.name, first.name);
  assert.equal(await first.renew(), false);
  await first.release();
  assert.equal(await second.renew(), true, "it is not the first one's to give");
});

Deno.test("a fixed id of a live process is refused, with the holder's name", async () => {
  await using server = await privateRedis();
  const { redis } = server;
  const id = "left";
  const holder = await leaseInstance(redis, {
    id,
    ttlMs: 400,
    owner: "host-1",
  });
  const beat = setInterval(() => holder.renew(), 100);
  await assert.rejects(
    leaseInstance(redis, { id, ttlMs: 400 }),
    /INSTANCE_ID "left" is held by host-1 \(pid \d+\), which is running/,
  );
  clearInterval(beat);
});

Deno.test("a fixed id of a dead process is waited for", async () => {
  await using server = await privateRedis();
  const { redis } = server;
  const dead = await leaseInstance(redis, { id: "left", ttlMs: 300 });
  const next = await leaseInstance(redis, { id: "left", ttlMs: 300 });
  assert.equal(next.name, "left");
  assert.equal(await dead.renew(), false);
  const stop = AbortSignal.timeout(20);
  await assert.rejects(
    leaseInstance(redis, { id: "left", signal: stop }),
    { name: "TimeoutError" },
  );
});
