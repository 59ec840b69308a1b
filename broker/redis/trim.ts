/** Keeps a stream from growing for ever, without losing what a group has not acknowledged. */
import type { Redis } from "ioredis";
import type { TrimLimits } from "../broker.ts";
import type { Ask } from "./inspect.ts";
import { streamKey } from "./stream.ts";

/** By length at most this many in one step: they pass through the script, and Redis waits for it. */
const pageSize = 1000;

/**
 * KEYS stream. ARGV most length, most age in ms, page size. In one step, so that no group can be made,
 * and nothing be read, between the look and the cut. Returns how many were dropped, and whether a
 * further step may drop more.
 */
const trimming = `
local stream = KEYS[1]
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function less(a, b)
  local am, as = parts(a)
  local bm, bs = parts(b)
  return am < bm or (am == bm and as < bs)
end
local function after(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return ms .. '-' .. string.format('%.0f', tonumber(seq) + 1)
end
if redis.call('EXISTS', stream) == 0 then return {0, 0} end
local safe
for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local group = {}
  for i = 1, #row, 2 do group[row[i]] = row[i + 1] end
  local keep = after(group['last-delivered-id'])
  local pending = redis.call('XPENDING', stream, group['name'])
  if pending[1] > 0 and less(pending[2], keep) then keep = pending[2] end
  if not safe or less(keep, safe) then safe = keep end
end
if not safe then return {0, 0} end
local function cut(id)
  if less(safe, id) then id = safe end
  return redis.call('XTRIM', stream, 'MINID', '=', id)
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local oldest = math.max(0, now - tonumber(ARGV[2]))
local dropped = cut(string.format('%.0f-0', oldest))
local excess = redis.call('XLEN', stream) - tonumber(ARGV[1])
if excess <= 0 then return {dropped, 0} end
local step = math.min(excess, tonumber(ARGV[3]))
local page = redis.call('XRANGE', stream, '-', '+', 'COUNT', step)
local count = cut(after(page[#page][1]))
return {dropped + count, (count == step and excess > step) and 1 or 0}`;

/** Resolves to how many entries were dropped. A stream without a group is left as it is. */
export async function trimStream(
  redis: Redis,
  ask: Ask,
  topic: string,
  { maxLength, maxAgeMs }: TrimLimits,
): Promise<number> {
  const limits = [Math.max(0, maxLength), Math.max(0, maxAgeMs), pageSize];
  let dropped = 0;
  for (let more = 1; more === 1;) {
    const reply = redis.eval(trimming, 1, streamKey(topic), ...limits);
    const [count, again] = await ask(reply) as [number, number];
    dropped += count;
    more = again;
  }
  return dropped;
}
