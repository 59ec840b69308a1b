import assert from "node:assert/strict";
import { MarketBusyError } from "../market/market.ts";
import { privateRedis } from "../tests/support/redis.ts";
import { createLimits } from "./limits.ts";

Deno.test("each provider has its limit, and all but the last yield once it is used up", async () => {
  await using server = await privateRedis();
  const limits = createLimits(server.redis, [
    { provider: "finnhub", callsPerMinute: 60 },
    { provider: "yahoo", callsPerMinute: 30 },
  ], () => {});
  const caller = { name: "quotes", weight: 1 };
  const of = (provider: string) => limits.of(caller).for!(provider);
  await of("finnhub").take();
  assert.deepEqual(await limits.look(), {
    limit: 90,
    remaining: 89,
    paused_ms: 0,
  });
  await of("finnhub").pause!(30_000);
  assert.equal((await limits.look()).paused_ms, 0, "yahoo may be called");
  await assert.rejects(of("finnhub").take(), MarketBusyError);
  await of("yahoo").pause!(30_000);
  const soon = AbortSignal.timeout(200);
  await assert.rejects(of("yahoo").take(soon), { name: "TimeoutError" });
  assert.throws(() => of("reuters"), /no limit of "reuters"/);
});

Deno.test("an actor that asks no market has no limit, and makes no call", async () => {
  await using server = await privateRedis();
  const limit = createLimits(server.redis, [], () => {})
    .of({ name: "x", weight: 1 });
  await assert.rejects(limit.take(), /no market to ask/);
});

Deno.test("of a call to any provider it is told how it ended, whichever way its limit was reached", async () => {
  await using server = await privateRedis();
  const told: string[] = [];
  const { of } = createLimits(server.redis, [
    { provider: "finnhub", callsPerMinute: 60 },
    { provider: "yahoo", callsPerMinute: 30 },
  ], ({ provider }) => void told.push(provider));
  const limit = of({ name: "quotes", weight: 1 });
  const call = {
    path: "/quote",
    outcome: "ok",
    status: 200,
    error: null,
    seconds: 0.1,
    attempt: 1,
  } as const;
  for (const provider of ["finnhub", "yahoo"]) {
    limit.for!(provider).called!({ ...call, provider });
  }
  limit.called!({ ...call, provider: "yahoo" });
  assert.deepEqual(told, ["finnhub", "yahoo", "yahoo"]);
});
