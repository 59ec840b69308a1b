/** Dropping what a stream need not keep, and telling what a group of another program keeps in it. */
import type { Redis } from "ioredis";
import { namesOf, type RedisNames } from "../../db/redis.ts";
import type { TrimLimits } from "../broker.ts";
import type { Ask } from "./stream.ts";

/** A trim drops by length at most this many in one step: they pass through the script, and Redis waits for it. */
const trimPage = 1000;

/**
 * KEYS stream. ARGV most length, most age in ms, page size, how our groups begin, how many entries a foreign
 * group may keep (0: all), and the topic: while its own group is not there, it may be made again, and nothing
 * is dropped. In one step, so that no group can be made, and nothing be read, between the look and the cut.
 * Returns how many were dropped, whether a further step may drop more, and then the foreign groups that had
 * not acknowledged some of them.
 */
const trimming = `
local stream, ours = KEYS[1], ARGV[4]
local length, page, bound = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[5])
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
local function first(a, b)
  if not a or less(b, a) then return b end
  return a
end
if redis.call('EXISTS', stream) == 0 then return {0, 0} end
local safe, own, main
local foreign = {}
for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local group = {}
  for i = 1, #row, 2 do group[row[i]] = row[i + 1] end
  local keep = after(group['last-delivered-id'])
  local pending = redis.call('XPENDING', stream, group['name'])
  if pending[1] > 0 then keep = first(keep, pending[2]) end
  safe = first(safe, keep)
  if group['name'] == ours .. ARGV[6] then main = true end
  if string.sub(group['name'], 1, #ours) == ours then own = first(own, keep)
  else foreign[group['name']] = keep end
end
if not main then return {0, 0} end
local function cut(id) return redis.call('XTRIM', stream, 'MINID', '=', id) end
local function oldest(count)
  return redis.call('XRANGE', stream, '-', '+', 'COUNT', count)
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local expired = string.format('%.0f-0', math.max(0, now - tonumber(ARGV[2])))
local dropped, again = cut(first(safe, expired)), 0
local excess = redis.call('XLEN', stream) - length
if excess > 0 then
  local step = math.min(excess, page)
  local entries = oldest(step)
  local count = cut(first(safe, after(entries[#entries][1])))
  dropped = dropped + count
  if count == step and excess > step then return {dropped, 1} end
end
local result = {dropped, 0}
if bound == 0 or not own or not less(safe, own) then return result end
local left = redis.call('XLEN', stream)
local beyond = left - bound
if beyond <= 0 then return result end
local step = math.min(beyond, page)
local entries = oldest(step)
local to = first(after(entries[step][1]), expired)
local long = math.min(step, left - length)
if long > 0 then
  local id = after(entries[long][1])
  if less(to, id) then to = id end
end
to = first(own, to)
local count = cut(to)
if count == 0 then return result end
result[1] = dropped + count
if count == step and beyond > step then result[2] = 1 end
for name, keep in pairs(foreign) do
  if less(keep, to) then result[#result + 1] = name end
end
return result`;

/**
 * Keeps a stream from growing for ever, without losing what a group has not acknowledged, but for what a
 * foreign one keeps beyond its limit. A stream without its own group is left as it is.
 */
export async function trimStream(
  redis: Redis,
  ask: Ask,
  topic: string,
  { maxLength, maxAgeMs, foreignLimit = 0, onPassedOver }: TrimLimits,
): Promise<number> {
  const limits = [Math.max(0, maxLength), Math.max(0, maxAgeMs), trimPage];
  const names = namesOf(redis);
  const ours = names.group("");
  const passed = new Set<string>();
  let dropped = 0;
  for (let more = 1; more === 1;) {
    const reply = redis.eval(
      ...[
        trimming,
        1,
        names.stream(topic),
        ...limits,
        ours,
        foreignLimit,
        topic,
      ],
    );
    const [count, again, ...foreign] = await ask(reply) as Reply;
    dropped += count;
    more = again;
    for (const name of foreign) passed.add(name);
  }
  for (const name of passed) onPassedOver?.(names.groupOf(name));
  return dropped;
}

type Reply = [dropped: number, again: number, ...passedOver: string[]];

/**
 * The command that ends what a group of another program keeps from being trimmed; null for one of ours.
 * @param group as Redis knows it
 */
export function removalOf(
  names: RedisNames,
  topic: string,
  group: string,
): string | null {
  if (group.startsWith(names.group(""))) return null;
  const [stream, name] = [names.stream(topic), group].map(quoted);
  return `redis-cli XGROUP DESTROY ${stream} ${name}`;
}

/** As a word of the shell. */
const quoted = (word: string): string =>
  /^[\w:.@/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
