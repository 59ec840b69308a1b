/** The connection of one reader. It blocks, it can die alone, and it is replaced, never repaired. */
import type { Redis } from "ioredis";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { deadline } from "../../wait.ts";

export interface ReadConnection {
  readonly redis: Redis;
  /** False once it has closed. */
  readonly usable: boolean;
  /** Rejects when the connection closes, or with a `DeadlineError` when no answer has come after `ms`. */
  answer<T>(reply: Promise<T>, ms: number): Promise<T>;
  /** Makes a blocked read return at once, empty. */
  interrupt(commands: Redis): Promise<void>;
  close(): Promise<void>;
}

const answerIn = <T>(reply: Promise<T>, ms: number): Promise<T> =>
  deadline(reply, ms, `no answer within ${ms} ms`);

/** Closed when `signal` aborts, also while it is being made. */
export async function openReadConnection(
  url: string,
  name: string,
  signal: AbortSignal,
): Promise<ReadConnection> {
  signal.throwIfAborted();
  const redis = connectRedis(url, { blocking: true, name });
  const close = () => disconnectRedis(redis);
  signal.addEventListener("abort", close, { once: true });
  redis.once("end", () => signal.removeEventListener("abort", close));
  try {
    const id = await answerIn(clientId(redis), 10_000);
    return {
      redis,
      get usable() {
        return redis.status === "ready";
      },
      answer: answerIn,
      interrupt: (commands) => unblock(commands, id),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Its number at the server; null where the server does not tell it. */
async function clientId(redis: Redis): Promise<number | null> {
  try {
    return await redis.client("ID");
  } catch (error) {
    if ((error as Error).message.startsWith("NOPERM")) return null;
    throw error;
  }
}

async function unblock(commands: Redis, id: number | null): Promise<void> {
  // While the other connection is away, the command would wait for it, and then hit somebody else.
  if (id === null || commands.status !== "ready") return;
  await commands.client("UNBLOCK", id).catch(() => {});
}
