/**
 * The consumer group: made when a subscription starts, and again when somebody destroyed it; and taking
 * over what consumers that died had in hand. Liveness is looked at before anything is claimed, and a
 * name is removed only when nothing is pending with it: removing it destroys what is.
 */
import type { Redis } from "ioredis";
import { namesOf, type RedisNames } from "../../db/redis.ts";
import type { Incident } from "../broker.ts";
import { valueIn } from "./stream.ts";

/** One consumer of one group on one stream: what every part of a subscription needs. */
export interface GroupConsumer {
  /** For commands; never blocked by a read. */
  readonly redis: Redis;
  /** Stream and group as Redis knows them. */
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly claimAfterMs: number;
  readonly report: (incident: Incident) => void;
}

/** The group or its stream is gone: XGROUP DESTROY, FLUSHALL, an eviction, a failover without the data. */
export const isGroupGone = (error: unknown): boolean =>
  error instanceof Error && /^(NOGROUP|ERR no such key)/.test(error.message);

/**
 * KEYS stream, mark. ARGV group. Never at `$`: a group made late must see what came before it. In one step
 * with the mark that it was made, which outlives the group; it holds the last id that the group may have
 * read before it was made again. Returns whether it was made, whether that was done before, that id, and how many
 * entries it will read.
 */
const making = `
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
local mark = redis.call('GET', KEYS[2])
if made.err then
  if not mark then redis.call('SET', KEYS[2], '0-0') end
  return {0, 1, mark or '0-0', 0}
end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local again = mark and last and last[1] or '0-0'
redis.call('SET', KEYS[2], again)
return {1, mark and 1 or 0, again, redis.call('XLEN', KEYS[1])}`;

/**
 * Makes the group at the start of the stream, unless it is there; if it had been there, that is an
 * incident. Resolves to the id up to which it may read what it has read before.
 * @param redis the connection that reads, which waits for this
 * @param had true if it is known to have been there, though Redis may have forgotten that too
 */
export async function ensureGroup(
  redis: Redis,
  { redis: commands, stream, group, report }: GroupConsumer,
  had: boolean,
): Promise<string> {
  const mark = markOf(namesOf(commands), stream, group);
  const [made, known, readTo, count] = await redis
    .eval(making, 2, stream, mark, group) as Made;
  if (made && (known || had)) {
    report({
      kind: "group-recreated",
      detail: count === 0
        ? `the group ${group} was gone, and so is all that ${stream} held`
        : `the group ${group} of ${stream} was gone: it reads all ${count} ` +
          "entries that the stream holds again",
    });
  }
  return readTo;
}

/** Of a group that reads several streams each has its own. */
function markOf(names: RedisNames, stream: string, group: string): string {
  const topic = names.topicOf(stream);
  return topic === names.groupOf(group)
    ? names.known(group)
    : names.known(`${group}:${topic}`);
}

type Made = [made: number, known: number, readTo: string, count: number];

/** How many ids an incident names; the rest is counted. */
const mostNamed = 20;

/** Entries that were deleted before anybody acknowledged them: they are lost, and that is recorded. */
export async function reportTrimmed(
  { redis, stream, group, report }: GroupConsumer,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  report({
    kind: "trimmed-while-pending",
    detail: `${ids.length} entries of ${stream} were deleted before ${group} ` +
      `had acknowledged them: ${named(ids)}`,
  });
  await redis.xack(stream, group, ...ids);
}

/** Entries that were deleted while we had them in hand: they end with our process if it dies before. */
export function reportDeletedInHand(
  { stream, consumer, report }: GroupConsumer,
  ids: readonly string[],
): void {
  if (ids.length === 0) return;
  report({
    kind: "deleted-in-hand",
    detail: `${ids.length} entries of ${stream} were deleted while ` +
      `${consumer} had them in hand, and handles them: ${named(ids)}`,
  });
}

function named(ids: readonly string[]): string {
  const more = ids.length > mostNamed ? ", …" : "";
  return ids.slice(0, mostNamed).join(", ") + more;
}

/** Ids moved by one command; an id costs about 100 bytes. */
const pageSize = 1000;

/**
 * Moves stranded deliveries to our own consumer, by id only; whoever calls then drains what is pending
 * with us, a batch at a time. Resolves to how many were moved.
 */
export async function recoverStranded(me: GroupConsumer): Promise<number> {
  try {
    if (await startedJustNow(me)) return 0;
    const dead = await deadConsumers(me);
    const holders = dead.filter(({ pending }) => pending > 0);
    const count = holders.length > 0 ? await sweep(me) : 0;
    if (count > 0) {
      const names = holders.map(({ name }) => name).join(", ");
      const what = `${count} deliveries of ${me.group} from ${names}`;
      const detail = `${me.consumer} took over ${what}`;
      me.report({ kind: "taken-over", detail });
    }
    for (const { name } of dead) await removeDead(me, name);
    return count;
  } catch (error) {
    // The reader notices as well, and makes the group again.
    if (isGroupGone(error)) return 0;
    throw error;
  }
}

/** While the server was down nobody could say that they live: give them time to. */
async function startedJustNow({ redis, claimAfterMs }: GroupConsumer) {
  const info = await redis.info("server").catch(() => "");
  const uptime = /^uptime_in_seconds:(\d+)/m.exec(info)?.[1];
  return uptime !== undefined && Number(uptime) * 1000 <= claimAfterMs;
}

/** Others of the group that have been silent for long, and do not say that they live. */
async function deadConsumers(
  { redis, stream, group, consumer, claimAfterMs }: GroupConsumer,
) {
  const rows = await redis.xinfo("CONSUMERS", stream, group) as unknown[][];
  const quiet = rows
    .filter((row) => Number(valueIn(row, "idle")) >= claimAfterMs)
    .map((row) => ({
      name: String(valueIn(row, "name")),
      pending: Number(valueIn(row, "pending")),
    }))
    .filter(({ name }) => name !== consumer);
  if (quiet.length === 0) return [];
  const keys = quiet.map(({ name }) => namesOf(redis).alive(group, name));
  const alive = await redis.mget(...keys);
  return quiet.filter((_, i) => alive[i] === null);
}

/** One call looks at ten times COUNT entries at most, so: until the cursor is back at the start. */
async function sweep(me: GroupConsumer): Promise<number> {
  const { redis, stream, group, consumer, claimAfterMs } = me;
  let cursor = "0-0";
  let count = 0;
  const gone: string[] = [];
  do {
    // JUSTID leaves the count of deliveries to the read that hands them out.
    const [next, ids, deleted] = await redis.xautoclaim(
      ...[stream, group, consumer, claimAfterMs, cursor] as const,
      ...["COUNT", pageSize, "JUSTID"] as const,
    ) as [string, string[], string[]?];
    count += ids.length;
    gone.push(...deleted ?? []);
    cursor = next;
  } while (cursor !== "0-0");
  await reportTrimmed(me, gone);
  return count;
}

/** KEYS stream, alive. ARGV group, consumer. */
const removal = `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #pending > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** Removes a consumer that is not alive and has nothing pending, in one step. */
export async function removeDead(
  { redis, stream, group }: GroupConsumer,
  name: string,
): Promise<void> {
  const alive = namesOf(redis).alive(group, name);
  await redis.eval(removal, 2, stream, alive, group, name);
}

/** Says goodbye: a name with nothing pending does not stay; what is pending is taken over by a sweep. */
export async function leave(me: GroupConsumer): Promise<void> {
  await me.redis.del(namesOf(me.redis).alive(me.group, me.consumer));
  await removeDead(me, me.consumer);
}
