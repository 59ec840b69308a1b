/** Looking into a stream: groups, lag, pending; reading and replaying windows. No group moves. */
import type { Redis } from "ioredis";
import { namesOf } from "../../db/redis.ts";
import type { Broker, GroupStatus, Window } from "../broker.ts";
import { isGroupGone } from "./group.ts";
import { type Ask, compareIds, toMessage, valueIn } from "./stream.ts";
import { removalOf } from "./trim.ts";

/** The calls of a broker that look. */
export const inspection = (redis: Redis, ask: Ask) => ({
  depth: (topic) => ask(redis.xlen(namesOf(redis).stream(topic))),
  groups: (topic) => ask(groupsOf(redis, topic)),
  async pending(topic, group, limit = 100) {
    const { stream, group: nameOf } = namesOf(redis);
    const [key, name] = [stream(topic), nameOf(group)];
    const asked = redis.xpending(key, name, "-", "+", limit);
    const rows = await ask(unlessGone(asked)) as PendingRow[];
    return rows.map(([position, consumer, idle_ms, deliveries]) => (
      { position, consumer, idle_ms, deliveries }
    ));
  },
  async read(topic, { limit = 100, newestFirst, ...window } = {}) {
    const key = namesOf(redis).stream(topic);
    const [from, to] = bounds(window);
    const entries = await ask(
      newestFirst
        ? redis.xrevrange(key, to, from, "COUNT", limit)
        : redis.xrange(key, from, to, "COUNT", limit),
    );
    return entries.map(([id, fields]) => {
      const { redelivered: _, ...stored } = toMessage(id, fields ?? [], false);
      return stored;
    });
  },
  /** Pages through the window as it is when the replay starts: what is published meanwhile is live. */
  async replay(topic, handler, options = {}) {
    const { batch = 500, signal = new AbortController().signal } = options;
    const key = namesOf(redis).stream(topic);
    let [from, to] = bounds(options);
    const [newest] = await ask(redis.xrevrange(key, to, from, "COUNT", 1));
    if (!newest) return 0;
    to = newest[0];
    const total = await ask(countBetween(redis, key, from, to));
    for (let done = 0;;) {
      signal.throwIfAborted();
      const page = await ask(redis.xrange(key, from, to, "COUNT", batch));
      if (page.length === 0) return done;
      await handler(
        page.map(([id, fields]) => toMessage(id, fields ?? [], true)),
        signal,
      );
      done += page.length;
      options.onProgress?.(done, total);
      from = `(${page.at(-1)![0]}`;
    }
  },
} satisfies Partial<Broker>);

type PendingRow = [id: string, consumer: string, ms: number, times: number];

async function groupsOf(redis: Redis, topic: string): Promise<GroupStatus[]> {
  const names = namesOf(redis);
  const key = names.stream(topic);
  const [rows, stream] = await Promise.all([
    unlessGone(redis.xinfo("GROUPS", key)),
    unlessGone(redis.xinfo("STREAM", key)),
  ]) as [unknown[][], unknown[]];
  return await Promise.all(rows.map(async (row) => {
    const name = String(valueIn(row, "name"));
    const lag = await lagOf(redis, key, stream, row);
    const pending = Number(valueIn(row, "pending"));
    return {
      group: names.groupOf(name),
      lag,
      pending,
      consumers: Number(valueIn(row, "consumers")),
      oldest_ms: lag || pending ? await oldestOf(redis, key, row) : null,
      removed_by: removalOf(names, topic, name),
    };
  }));
}

/** The age of the oldest entry that the group has not acknowledged: an id begins with its time. */
async function oldestOf(
  redis: Redis,
  key: string,
  group: readonly unknown[],
): Promise<number | null> {
  const delivered = String(valueIn(group, "last-delivered-id"));
  const [[, pending], [unread]] = await Promise.all([
    redis.xpending(key, String(valueIn(group, "name"))),
    redis.xrange(key, `(${delivered}`, "+", "COUNT", 1),
  ]) as [unknown[], [id: string, fields: string[]][]];
  const id = pending as string | null ?? unread?.[0];
  return id ? Math.max(0, Date.now() - Number.parseInt(id)) : null;
}

/**
 * How many entries the group has not read. What Redis tells is wrong, for good, once entries were
 * trimmed unread, after a failover or XGROUP SETID, and missing after XDEL. So ids are compared and
 * entries are counted, and Redis is believed only of what is too much to count.
 */
async function lagOf(
  redis: Redis,
  key: string,
  stream: readonly unknown[],
  group: readonly unknown[],
): Promise<number> {
  const delivered = String(valueIn(group, "last-delivered-id"));
  const idOf = (edge: string) =>
    (valueIn(stream, edge) as [string] | null)?.[0];
  const [first, last] = [idOf("first-entry"), idOf("last-entry")];
  if (!first || !last || compareIds(last, delivered) <= 0) return 0;
  const length = Number(valueIn(stream, "length"));
  if (compareIds(first, delivered) > 0) return length;
  const told = valueIn(group, "lag") as number | null;
  const most = told === null ? mostCounted : mostProven;
  const counted = await countBetween(redis, key, `(${delivered}`, "+", most);
  if (counted !== null) return counted;
  return told !== null && told > most && told < length ? told : length;
}

/** A stream or a group that is not there is empty. */
const unlessGone = (asked: Promise<unknown>): Promise<unknown> =>
  asked.catch((error) => {
    if (isGroupGone(error)) return [];
    throw error;
  });

/** An id without a number stands for the first of its millisecond as a start, and the last as an end. */
const bound = (end: Date | string): string =>
  end instanceof Date ? String(Math.max(0, end.getTime())) : end;

const bounds = ({ from = "-", to = "+" }: Window) =>
  [bound(from), bound(to)] as const;

/** The most entries that a count looks at: it runs inside Redis, which does nothing else meanwhile. */
const mostCounted = 10_000;
/** Where Redis tells a number, and every status asks, it counts for less than a millisecond. */
const mostProven = 1_000;

const counting = `
return #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])`;

/** How many entries stand between two ids; null if they are too many to count. */
async function countBetween(
  redis: Redis,
  key: string,
  from: string,
  to: string,
  most = mostCounted,
): Promise<number | null> {
  const args = [key, from, to, most + 1] as const;
  const count = await redis.eval(counting, 1, ...args) as number;
  return count > most ? null : count;
}
