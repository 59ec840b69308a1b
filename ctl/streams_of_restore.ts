/**
 * What a restore means for Redis: it must be this deployment's, and actors that read other actors' streams
 * (alerts) look once more at what they were told since the backup, so that they know it again.
 */
import type { Redis } from "ioredis";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { redisNames } from "../db/redis_names.ts";
import { deadline } from "../wait.ts";

export interface RestoredStreams {
  /** The deployment that is marked there; null if none is. */
  readonly owner: string | null;
  /** When the newest entry was stored that an observer had been given; null if nothing since the backup. */
  readonly consumedTo: Date | null;
  /** Lets observers read on from the backup. */
  rewind(): Promise<void>;
  /** Marks it as that deployment's. */
  mark(deployment: string): Promise<void>;
  close(): Promise<void>;
}

const answerMs = 10_000;

export async function lookAtStreams(
  url: string,
  prefix: string,
  topics: readonly string[],
  madeAt: Date,
): Promise<RestoredStreams> {
  const redis = connectRedis(url, { name: "ctl", prefix });
  const names = redisNames(prefix);
  const ask = <T>(work: Promise<T>) =>
    deadline(work, answerMs, "the Redis at REDIS_URL does not answer");
  try {
    const owner = await ask(redis.get(names.deployment));
    const behind = await ask(groupsBeyond(redis, names, topics, madeAt));
    const newest = Math.max(...behind.map(({ delivered }) => delivered));
    return {
      owner,
      consumedTo: behind.length ? new Date(newest) : null,
      async rewind() {
        for (const { stream, group } of behind) {
          await ask(redis.xgroup("SETID", stream, group, `${+madeAt}-0`));
        }
      },
      mark: async (deployment) =>
        void await ask(redis.set(names.deployment, deployment)),
      close: () => disconnectRedis(redis),
    };
  } catch (error) {
    await disconnectRedis(redis);
    throw error;
  }
}

interface Beyond {
  readonly stream: string;
  readonly group: string;
  /** Unix time in milliseconds. */
  readonly delivered: number;
}

/** The groups of actors on the streams of others that were given something later than that. */
async function groupsBeyond(
  redis: Redis,
  { stream, group }: ReturnType<typeof redisNames>,
  topics: readonly string[],
  madeAt: Date,
): Promise<Beyond[]> {
  const found: Beyond[] = [];
  for (const topic of topics) {
    const key = stream(topic);
    if (!await redis.exists(key)) continue;
    for (const told of await redis.xinfo("GROUPS", key) as unknown[][]) {
      const name = String(told[told.indexOf("name") + 1]);
      const last = String(told[told.indexOf("last-delivered-id") + 1]);
      const delivered = Number(last.split("-")[0]);
      const own = topics.some((other) =>
        other !== topic && group(other) === name
      );
      if (own && delivered > +madeAt) {
        found.push({ stream: key, group: name, delivered });
      }
    }
  }
  return found;
}
