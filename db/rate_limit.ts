/**
 * The quota of a provider, kept in Redis: one limit for all hosts and isolates that use one API key, shared
 * by weight among those who wait for it.
 */
import type { Redis } from "ioredis";
import { MarketBusyError, type RateLimit } from "../market/market.ts";
import { sleep } from "../wait.ts";
import { createScript, namesOf } from "./redis.ts";

/** Who calls. Those of one name share a turn; names share the quota by their weights. */
export interface Caller {
  readonly name: string;
  /** Who has twice the weight has twice the calls while both wait, and comes sooner after a rest. */
  readonly weight: number;
  /** The part of the limit that it may have at most, from 0 to 1; all of it unless told. */
  readonly share?: number;
  /** True where nobody waits for it: the last few calls of the limit are left to people. */
  readonly background?: boolean;
  /** Refused rather than made to wait for longer, in ms; waits without end unless told. */
  readonly patienceMs?: number;
  /** True where somebody else can be asked: refused as soon as the limit is used up. */
  readonly yields?: boolean;
}

export interface Quota {
  /** Calls in any minute. */
  readonly limit: number;
  /** Of those, how many are left now. */
  readonly remaining: number;
  /** For how long the provider wants no call, in ms. */
  readonly paused_ms: number;
}

export interface SharedLimit {
  /** The limit as this caller meets it. @throws {RangeError} for a weight or a share that cannot be */
  of(caller: Caller): RateLimit;
  look(): Promise<Quota>;
}

/**
 * Three rules for each call. Never more than the limit in a window, which is kept as a log of the calls;
 * within it they are spread, but for a burst, so that whoever comes need not wait for the window's end; and
 * of those who wait, the one is next whose turn, counted in calls by weight, comes first (weighted fair
 * queueing). What runs in the background has a lower limit: it neither takes the last calls nor holds a
 * person up. Who waits asks again and again: whoever does so no more has left.
 * Returns the microseconds to wait before asking again; 0 for a call that may be made.
 */
const takeScript = `
local state, queue, calls = KEYS[1], KEYS[2], KEYS[3]
local id, name, weight, share = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local window, lease, background = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local function paceOf(i)
  return { limit = tonumber(ARGV[i]), interval = tonumber(ARGV[i + 1]), burst = tonumber(ARGV[i + 2]) }
end
local people, rest = paceOf(8), paceOf(11)
local mine = background and rest or people
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function get(field) return tonumber(redis.call('HGET', state, field) or '0') end
local function set(field, value) redis.call('HSET', state, field, string.format('%.6f', value)) end
local function leave(one)
  redis.call('ZREM', queue, one)
  redis.call('HDEL', state, 'seen:' .. one)
end
local function spread(full, every, atOnce) return full - (atOnce - 1) * every end

local own = math.max(get('full:' .. name), now)
local ownEvery, ownBurst = mine.interval / share, math.max(1, math.floor(mine.limit * share / 3))
if share < 1 and spread(own, ownEvery, ownBurst) > now then
  leave(id)
  return math.ceil(spread(own, ownEvery, ownBurst) - now)
end
if not redis.call('ZSCORE', queue, id) then
  local turn = math.max(get('served'), get('turn:' .. name)) + 1 / weight
  set('turn:' .. name, turn)
  redis.call('ZADD', queue, string.format('%.6f', turn), id)
end
set('seen:' .. id, now)
redis.call('ZREMRANGEBYSCORE', calls, '-inf', string.format('%.0f', now - window))
local used = redis.call('ZCARD', calls)
local full = math.max(get('full'), now)
local function readyAt(pace)
  local at = math.max(get('paused'), spread(full, pace.interval, pace.burst))
  if used < pace.limit then return at end
  local over = used - pace.limit
  return math.max(at, tonumber(redis.call('ZRANGE', calls, over, over, 'WITHSCORES')[2]) + window)
end
local ahead = 0
for _, other in ipairs(redis.call('ZRANGE', queue, 0, redis.call('ZRANK', queue, id) - 1)) do
  if other == id then break end
  if get('seen:' .. other) < now - lease then
    leave(other)
  elseif background or string.sub(other, 1, 1) ~= 'b' or readyAt(rest) <= now then
    ahead = ahead + 1
  end
end
local ready = readyAt(mine)
local wait = math.max(1, math.ceil(math.max(ready, now) + ahead * mine.interval - now))
if ahead == 0 and ready <= now then
  set('served', math.max(get('served'), tonumber(redis.call('ZSCORE', queue, id))))
  set('full', full + mine.interval)
  if share < 1 then set('full:' .. name, own + ownEvery) end
  redis.call('ZADD', calls, string.format('%.0f', now), id)
  leave(id)
  wait = 0
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 300000) end
return wait`;

/** Gives a place in the queue back, and the turn with it. */
const leaveScript = `
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  redis.call('HINCRBYFLOAT', KEYS[1], 'turn:' .. ARGV[2], -1 / ARGV[3])
end
redis.call('HDEL', KEYS[1], 'seen:' .. ARGV[1])`;

/** Nobody calls for so many milliseconds. */
const pauseScript = `
local time = redis.call('TIME')
local untilUs = time[1] * 1000000 + time[2] + ARGV[1] * 1000
if untilUs > tonumber(redis.call('HGET', KEYS[1], 'paused') or '0') then
  redis.call('HSET', KEYS[1], 'paused', string.format('%.0f', untilUs))
  redis.call('PEXPIRE', KEYS[1], math.max(300000, ARGV[1] + 60000))
end`;

const lookScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local used = redis.call('ZCOUNT', KEYS[3], string.format('%.0f', now - ARGV[1]), '+inf')
local paused = tonumber(redis.call('HGET', KEYS[1], 'paused') or '0') - now
return {used, math.max(0, math.ceil(paused / 1000))}`;

/** The names of a limit's keys. */
const keysOf = (redis: Redis, name: string) =>
  ["state", "queue", "calls"]
    .map((part) => `${namesOf(redis).rate(name)}:${part}`);

/** Whoever waits asks at least so often; who has not asked for so long has left. */
const askEveryMs = 1_000;
const leaseUs = 4_000_000;

/** A wait that is no longer is one for one's turn, and no sign of a limit that is used up. */
const queueMs = 500;

/**
 * @param name what the limit is for: the provider
 * @param callsPerMinute the provider's limit, kept in every minute; a tenth of it may be called at once
 */
export function createRateLimit(
  redis: Redis,
  name: string,
  callsPerMinute: number,
): SharedLimit {
  const { people, background } = pace(callsPerMinute);
  const keys = keysOf(redis, name);
  const paces = [people, background]
    .flatMap(({ limit, intervalUs, burst }) => [limit, intervalUs, burst]);
  const take = createScript(redis, takeScript);
  const leave = createScript(redis, leaveScript);
  const pause = createScript(redis, pauseScript);
  const look = createScript(redis, lookScript);
  const lookNow = async (): Promise<Quota> => {
    const [used, paused_ms] = await look(keys, [60_000_000]) as [
      number,
      number,
    ];
    const remaining = Math.max(0, callsPerMinute - used);
    return { limit: callsPerMinute, remaining, paused_ms };
  };
  return {
    of(caller) {
      const { weight, share = 1, patienceMs = Infinity } = caller;
      checkCaller(weight, share);
      const { background = false, yields = false } = caller;
      const isUsedUp = async () => {
        const { remaining, paused_ms } = await lookNow();
        return paused_ms > queueMs || remaining <= callsPerMinute / 10;
      };
      const rules = [share, windowUs, leaseUs, Number(background), ...paces];
      return {
        async take(signal) {
          signal?.throwIfAborted();
          // The script tells the two kinds apart by the first letter.
          const id = `${background ? "b" : "p"}:${crypto.randomUUID()}`;
          const given = [id, caller.name, weight];
          const askedAt = performance.now();
          try {
            for (;;) {
              const waitMs = Number(await take(keys, [...given, ...rules])) /
                1000;
              if (waitMs === 0) return;
              const waitedMs = performance.now() - askedAt;
              const late = waitedMs + waitMs > patienceMs;
              if (late || yields && waitMs > queueMs && await isUsedUp()) {
                throw new MarketBusyError(name, callsPerMinute, waitMs);
              }
              await sleep(Math.min(Math.ceil(waitMs), askEveryMs), signal);
            }
          } catch (error) {
            await leave(keys, given);
            throw error;
          }
        },
        async pause(ms) {
          await pause(keys, [Math.round(ms)]);
        },
      };
    },
    look: lookNow,
  };
}

/** A call arrives some time after it was allowed: the provider's minute is kept with so much to spare. */
const windowUs = 60_000_000 + 2_000_000;

/** How many calls in a window, how far apart, in microseconds, and how many may come at once. */
export interface CallPace {
  readonly limit: number;
  readonly intervalUs: number;
  readonly burst: number;
}

/** How people call, and what runs in the background, which leaves them a twentieth of the limit. */
export function pace(
  callsPerMinute: number,
): { readonly people: CallPace; readonly background: CallPace } {
  if (!Number.isInteger(callsPerMinute) || callsPerMinute < 1) {
    throw new RangeError(
      `${callsPerMinute} calls per minute: write a whole number from 1`,
    );
  }
  const of = (limit: number, part: number) => ({
    limit,
    intervalUs: Math.ceil(windowUs / limit),
    burst: Math.max(1, Math.floor(limit / part)),
  });
  const left = Math.floor(callsPerMinute / 20);
  return {
    people: of(callsPerMinute, 10),
    background: of(callsPerMinute - left, 20),
  };
}

function checkCaller(weight: number, share: number): void {
  if (weight > 0 && share > 0 && share <= 1) return;
  throw new RangeError(
    `a weight of ${weight} and a share of ${share}: write a weight above 0, and a share above 0 up to 1`,
  );
}
