/** Looking into a stream: groups, lag, pending; reading and replaying windows. No group moves. */
import type { Redis } from "ioredis";
import type { Broker, GroupStatus, Window } from "../broker.ts";
import { isGroupGone } from "./group.ts";
import {
  type Ask,
  compareIds,
  groupName,
  groupOf,
  streamKey,
  toMessage,
  valueIn,
} from "./stream.ts";
import { removalOf } from "./trim.ts";

/** The calls of a broker that look. */
export const inspection = (redis: Redis, ask: Ask) => ({
  depth: (topic) => ask(redis.xlen(streamKey(topic))),
  groups: (topic) => ask(groupsOf(redis, topic)),
  async pending(topic, group, limit = 100) {
    const [key, name] = [streamKey(topic), groupName(group)];
    const asked = redis.xpending(key, name, "-", "+", limit);
    const rows = await ask(unlessGone(asked)) as PendingRow[];
    return rows.map(([position, consumer, idle_ms, deliveries]) => (
      { position, consumer, idle_ms, deliveries }
    ));
  },
  async read(topic, { limit = 100, newestFirst, ...window } = {}) {
    const key = streamKey(topic);
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
    const key = streamKey(topic);
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
  const key = streamKey(topic);
  const [rows, stream] = await Promise.all([
    unlessGone(redis.xinfo("GROUPS", key)),
    unlessGone(redis.xinfo("STREAM", key)),
  ]) as [unknown[][], unknown[]];
  return await Promise.all(rows.map(async (row) => {
    const name = String(valueIn(row, "name"));
    return {
      group: groupOf(name),
      lag: await lagOf(redis, key, stream, row),
      pending: Number(valueIn(row, "pending")),
      consumers: Number(valueIn(row, "consumers")),
      removed_by: removalOf(topic, name),
    };
  }));
}

/**
 * How many entries the group has not read. What Redis tells is wrong, for good, once entries were
 * trimmed unread, after a failover or XGROUP SETID, and missing after XDEL. So ids are compared and
 * entries are counted, and Redis is believed only where these are too many to count.
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
  const counted = await countBetween(redis, key, `(${delivered}`, "+");
  if (counted !== null) return counted;
  const told = Number(valueIn(group, "lag"));
  return told > mostCounted && told < length ? told : length;
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

const counting = `
return #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])`;

/** How many entries stand between two ids; null if they are too many to count. */
async function countBetween(
  redis: Redis,
  key: string,
  from: string,
  to: string,
): Promise<number | null> {
  const most = mostCounted + 1;
  const count = await redis.eval(counting, 1, key, from, to, most) as number;
  return count > mostCounted ? null : count;
}
