/** A stream: what it and its groups are called, how messages become its entries, are appended and dropped. */
import type { Redis } from "ioredis";
import { withoutArguments } from "../../db/redis.ts";
import type { Delivery, Message, TrimLimits } from "../broker.ts";

// The names in Redis are a contract: other programs read the streams.
export const streamKey = (topic: string): string => `signalbox:stream:${topic}`;

export const groupName = (group: string): string => `signalbox:${group}`;

/** Exists while the consumer lives; see lease.ts. */
export const aliveKey = (group: string, consumer: string): string =>
  `signalbox:alive:${group}:${consumer}`;

/** As Redis sends it. An entry that is pending but was deleted has no fields. */
export type Entry = [id: string, fields: string[] | null];

/** Waits for an answer, but not for ever, and tells in the boundary's word that the server is away. */
export type Ask = <T>(answer: Promise<T>) => Promise<T>;

/** Of a row of XINFO, in which names and values take turns; null if it has none of this name. */
export function valueIn(row: readonly unknown[], name: string): unknown {
  const at = row.indexOf(name);
  return at < 0 ? null : row[at + 1];
}

/**
 * The fields of an entry are the attributes and `data`.
 * @throws {TypeError} if a reader could not tell the message's parts apart
 */
export function toFields({ key, attributes, data }: Message): string[] {
  const fields: string[] = [];
  for (const name in attributes) {
    if (name === "data") {
      throw new TypeError(`message "${key}": an attribute cannot be "data"`);
    }
    fields.push(name, attributes[name]!);
  }
  if (attributes.subject === undefined) {
    if (key !== "") fields.push("subject", key);
  } else if (attributes.subject !== key) {
    throw new TypeError(
      `message "${key}" says that its subject is "${attributes.subject}": make them the same`,
    );
  }
  fields.push("data", data);
  return fields;
}

/** Whatever stands in the stream becomes a message: what it lacks is empty, and the consumer judges it. */
export function toMessage(
  id: string,
  fields: readonly string[],
  redelivered: boolean,
): Delivery {
  const attributes: Record<string, string> = {};
  let data = "";
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i]!;
    if (name === "data") data = fields[i + 1]!;
    // Assigning to "__proto__" would set no attribute.
    else if (name === "__proto__") continue;
    else attributes[name] = fields[i + 1]!;
  }
  return {
    key: attributes.subject ?? "",
    attributes,
    data,
    position: id,
    storedAt: milliseconds(id),
    redelivered,
  };
}

const milliseconds = (id: string): number => Number.parseInt(id);

/** Orders ids as Redis does: by time, then by number. */
export function compareIds(a: string, b: string): number {
  return milliseconds(a) - milliseconds(b) ||
    Number(a.slice(a.indexOf("-") + 1)) - Number(b.slice(b.indexOf("-") + 1));
}

/** One write to the socket holds at most this much: a string cannot grow without end. */
const mostMessages = 2000;
const mostCharacters = 4 * 1024 * 1024;

/** Resolves when Redis has answered for every message; waits while the connection is made again. */
export async function publishTo(
  redis: Redis,
  topic: string,
  messages: readonly Message[],
): Promise<void> {
  // All are checked before the first is sent.
  const all = messages.map(toFields);
  for (let start = 0; start < all.length;) {
    const end = chunkEnd(messages, start);
    await append(redis, topic, all.slice(start, end));
    start = end;
  }
}

function chunkEnd(messages: readonly Message[], start: number): number {
  let size = 0;
  let end = start;
  while (end < messages.length && end - start < mostMessages) {
    size += messages[end]!.data.length;
    if (end > start && size > mostCharacters) break;
    end++;
  }
  return end;
}

async function append(
  redis: Redis,
  topic: string,
  entries: readonly string[][],
): Promise<void> {
  const pipeline = redis.pipeline();
  const key = streamKey(topic);
  for (const fields of entries) pipeline.xadd(key, "*", ...fields);
  const replies = await pipeline.exec();
  const failure = replies?.find(([error]) => error)?.[0];
  if (!failure && replies) return;
  throw new Error(
    `Redis did not take all of ${entries.length} messages for "${topic}": publish them again`,
    { cause: withoutArguments(failure) },
  );
}

/** A trim drops by length at most this many in one step: they pass through the script, and Redis waits for it. */
const trimPage = 1000;

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

/**
 * Keeps a stream from growing for ever, without losing what a group has not acknowledged. Resolves to how
 * many entries were dropped. A stream without a group is left as it is.
 */
export async function trimStream(
  redis: Redis,
  ask: Ask,
  topic: string,
  { maxLength, maxAgeMs }: TrimLimits,
): Promise<number> {
  const limits = [Math.max(0, maxLength), Math.max(0, maxAgeMs), trimPage];
  let dropped = 0;
  for (let more = 1; more === 1;) {
    const reply = redis.eval(trimming, 1, streamKey(topic), ...limits);
    const [count, again] = await ask(reply) as [number, number];
    dropped += count;
    more = again;
  }
  return dropped;
}
