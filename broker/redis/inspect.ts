/** Looking into a stream: groups, lag, pending; reading and replaying windows. No group moves. */
import type { Redis } from "ioredis";
import type {
  BatchHandler,
  GroupStatus,
  PendingMessage,
  ReadOptions,
  ReplayOptions,
  StoredMessage,
  Window,
} from "../broker.ts";
import { type Entry, groupName, streamKey, toMessage } from "./stream.ts";

/** Waits for an answer, but not for ever, and tells in the boundary's word that the server is away. */
export type Ask = <T>(answer: Promise<T>) => Promise<T>;

export async function groupsOf(
  redis: Redis,
  topic: string,
): Promise<GroupStatus[]> {
  const key = streamKey(topic);
  const rows = await unlessGone(redis.xinfo("GROUPS", key)) as unknown[][];
  return await Promise.all(rows.map((row) => statusOf(redis, key, row)));
}

const ours = groupName("");

async function statusOf(
  redis: Redis,
  key: string,
  row: readonly unknown[],
): Promise<GroupStatus> {
  const value = (name: string) => {
    const at = row.indexOf(name);
    return at < 0 ? null : row[at + 1];
  };
  const name = String(value("name"));
  const last = String(value("last-delivered-id"));
  const lag = value("lag") as number | null;
  return {
    group: name.startsWith(ours) ? name.slice(ours.length) : name,
    // Redis does not know it after some deletions, and before 7.0 never.
    lag: lag ?? await countBetween(redis, key, `(${last}`, "+"),
    pending: Number(value("pending")),
    consumers: Number(value("consumers")),
  };
}

type PendingRow = [id: string, consumer: string, ms: number, times: number];

export async function pendingOf(
  redis: Redis,
  topic: string,
  group: string,
  limit = 100,
): Promise<PendingMessage[]> {
  const [key, name] = [streamKey(topic), groupName(group)];
  const rows = await unlessGone(redis.xpending(key, name, "-", "+", limit));
  return (rows as PendingRow[]).map((
    [position, consumer, idle_ms, deliveries],
  ) => ({ position, consumer, idle_ms, deliveries }));
}

/** A stream or a group that is not there is empty. */
const unlessGone = (asked: Promise<unknown>): Promise<unknown> =>
  asked.catch((error) => {
    if (/^(NOGROUP|ERR no such key)/.test(error.message)) return [];
    throw error;
  });

/** An id without a number stands for the first of its millisecond as a start, and the last as an end. */
const bound = (end: Date | string | undefined, open: string): string =>
  end instanceof Date ? String(Math.max(0, end.getTime())) : end ?? open;

const bounds = ({ from, to }: Window): [string, string] => [
  bound(from, "-"),
  bound(to, "+"),
];

export async function readStream(
  redis: Redis,
  topic: string,
  options: ReadOptions = {},
): Promise<StoredMessage[]> {
  const [from, to] = bounds(options);
  const key = streamKey(topic);
  const limit = options.limit ?? 100;
  const entries = options.newestFirst
    ? await redis.xrevrange(key, to, from, "COUNT", limit)
    : await redis.xrange(key, from, to, "COUNT", limit);
  return (entries as Entry[]).map(([id, fields]) => {
    const { redelivered: _, ...stored } = toMessage(id, fields ?? [], false);
    return stored;
  });
}

/** Pages through the window as it is when the replay starts: what is published meanwhile is live. */
export async function replayStream(
  redis: Redis,
  ask: Ask,
  topic: string,
  handler: BatchHandler,
  options: ReplayOptions = {},
): Promise<number> {
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
}

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
