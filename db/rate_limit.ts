/** A token bucket in Redis: one limit for all hosts and isolates that use one API key. */
import type { Redis } from "ioredis";
import type { RateLimit } from "../market/market.ts";
import { sleep } from "../wait.ts";
import { createScript, namesOf } from "./redis.ts";

/**
 * The bucket is one number, the time at which it will be full again, in microseconds of Redis' clock.
 * Each call moves it on by the interval between calls, and waits for what exceeds the burst: so each
 * caller gets the next free moment, in order. Returns the microseconds to wait.
 */
const reserveScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local nextFull = full + interval
redis.call('SET', KEYS[1], string.format('%.0f', nextFull),
  'PX', math.ceil((nextFull - now) / 1000) + 1000)
return math.max(0, full - (burst - 1) * interval - now)`;

/** Gives a reservation back, so that nobody waits behind callers who have left. */
const returnScript = `
local full = redis.call('GET', KEYS[1])
if full then
  redis.call('SET', KEYS[1], string.format('%.0f', full - ARGV[1]), 'KEEPTTL')
end`;

/**
 * @param name what the limit is for: the provider
 * @param callsPerMinute the provider's limit, kept in every minute, its burst included: a tenth of it
 * may be called at once, the rest is spread
 */
export function createRateLimit(
  redis: Redis,
  name: string,
  callsPerMinute: number,
): RateLimit {
  const { burst, intervalUs } = bucketOf(callsPerMinute);
  const keys = [namesOf(redis).rate(name)];
  const reserve = createScript(redis, reserveScript);
  const giveBack = createScript(redis, returnScript);
  return {
    async take(signal) {
      signal?.throwIfAborted();
      const waitMs = Number(await reserve(keys, [intervalUs, burst])) / 1000;
      if (waitMs <= 0) return;
      try {
        await sleep(Math.ceil(waitMs), signal);
      } catch (left) {
        await giveBack(keys, [intervalUs]);
        throw left;
      }
    },
  };
}

/** How many calls may come at once, and how far apart the others are, in microseconds. */
export function bucketOf(callsPerMinute: number) {
  if (!Number.isInteger(callsPerMinute) || callsPerMinute < 1) {
    throw new RangeError(
      `${callsPerMinute} calls per minute: write a whole number from 1`,
    );
  }
  const burst = Math.max(1, Math.floor(callsPerMinute / 10));
  // A minute may begin with a burst: only the rest of its calls can be spread over it.
  const intervalUs = Math.ceil(60_000_000 / (callsPerMinute - burst + 1));
  return { burst, intervalUs };
}
