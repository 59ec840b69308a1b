/** What is going on in a stream: depth, groups, lag, pending. */
import type { Redis } from "ioredis";
import type { GroupStatus, PendingMessage } from "../broker.ts";
import { groupName, streamKey } from "./names.ts";
import { countBetween } from "./read.ts";

export async function groupsOf(
  redis: Redis,
  topic: string,
): Promise<GroupStatus[]> {
  const key = streamKey(topic);
  const rows = await unlessGone(redis.xinfo("GROUPS", key), []) as unknown[][];
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

export async function pendingOf(
  redis: Redis,
  topic: string,
  group: string,
  limit = 100,
): Promise<PendingMessage[]> {
  const key = streamKey(topic);
  const asked = redis.xpending(key, groupName(group), "-", "+", limit);
  const rows = await unlessGone(asked, []) as [
    string,
    string,
    number,
    number,
  ][];
  return rows.map(([position, consumer, idleMs, deliveries]) => ({
    position,
    consumer,
    idleMs,
    deliveries,
  }));
}

/** A stream or a group that is not there is empty. */
async function unlessGone<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (/^(NOGROUP|ERR no such key)/.test((error as Error).message)) {
      return otherwise;
    }
    throw error;
  }
}
