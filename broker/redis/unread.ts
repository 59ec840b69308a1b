/**
 * Notices entries that were taken out of a stream (XTRIM, XDEL) before its group had read them. No
 * reader misses them, and no id tells of them. Redis counts how many entries were ever added and, of each
 * group, how many it has read; what is neither read nor still there was taken away. Those counts are
 * wrong after a failover or an XGROUP SETID, so only what changes between two looks over one connection
 * is believed, and no more of it than left the stream in that time.
 */
import { namesOf } from "../../db/redis.ts";
import { type GroupConsumer, isGroupGone } from "./group.ts";

/** The most unread entries that are counted where they do not begin the stream; see inspect.ts. */
const mostCounted = 10_000;

/**
 * KEYS stream. ARGV group, consumer, prefix of the keys of the living, most counted. Returns how many
 * entries left the stream ever, how many the group has read, and how many are neither read nor there;
 * nothing where Redis does not know (before version 7, or after an XDEL), where it would take long to
 * count, and where another living consumer with a lesser name looks.
 */
const looking = `
local stream, most = KEYS[1], tonumber(ARGV[4])
local function map(row)
  local named = {}
  for i = 1, #row, 2 do named[row[i]] = row[i + 1] end
  return named
end
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', stream, ARGV[1])) do
  local name = map(row)['name']
  if name < ARGV[2] and redis.call('EXISTS', ARGV[3] .. name) == 1 then return {} end
end
local info, group = map(redis.call('XINFO', 'STREAM', stream)), nil
for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  if map(row)['name'] == ARGV[1] then group = map(row) end
end
local added, read = info['entries-added'], group['entries-read']
if not added or not read then return {} end
local length = info['length']
local rest = redis.call('XRANGE', stream, '(' .. group['last-delivered-id'], '+', 'COUNT', 1)
local unread = 0
if #rest > 0 then
  if rest[1][1] == info['first-entry'][1] then
    unread = length
  else
    unread = #redis.call('XRANGE', stream, rest[1][1], '+', 'COUNT', most + 1)
    if unread > most then return {} end
  end
end
return {added - length, read, added - read - unread}`;

interface Look {
  /** The socket: another one may lead to another server, which counts otherwise. */
  readonly connection: unknown;
  readonly removed: number;
  readonly read: number;
  readonly missing: number;
}

export class UnreadWatch {
  #last: Look | null = null;

  constructor(private readonly consumer: GroupConsumer) {}

  /** Looks, and reports what was taken away unread since the last look. */
  async look(): Promise<void> {
    const last = this.#last;
    const now = this.#last = await this.#now();
    if (!last || !now || last.connection !== now.connection) return;
    const setBack = now.removed < last.removed || now.read < last.read;
    if (setBack) return;
    const count = Math.min(
      now.missing - last.missing,
      now.removed - last.removed,
    );
    if (count <= 0) return;
    const { stream, group, report } = this.consumer;
    report({
      kind: "trimmed-unread",
      detail: `${count} entries of ${stream} were deleted before ` +
        `${group} had read them`,
    });
  }

  async #now(): Promise<Look | null> {
    const { redis, stream, group, consumer } = this.consumer;
    const connection = redis.stream;
    const living = namesOf(redis).alive(group, "");
    const reply = await redis
      .eval(looking, 1, stream, group, consumer, living, mostCounted)
      .catch((error) => {
        if (isGroupGone(error)) return [];
        throw error;
      }) as number[];
    const [removed, read, missing] = reply;
    if (removed === undefined) return null;
    return { connection, removed, read: read!, missing: missing! };
  }
}
