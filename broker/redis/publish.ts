/** Appends messages to a stream. */
import type { Redis } from "ioredis";
import { withoutArguments } from "../../db/redis.ts";
import type { Message } from "../broker.ts";
import { toFields } from "./entry.ts";
import { streamKey } from "./names.ts";

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
  const key = streamKey(topic);
  for (let start = 0; start < all.length;) {
    const end = chunkEnd(messages, start);
    await append(redis, key, all.slice(start, end), topic);
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
  key: string,
  entries: readonly string[][],
  topic: string,
): Promise<void> {
  const pipeline = redis.pipeline();
  for (const fields of entries) pipeline.xadd(key, "*", ...fields);
  const replies = await pipeline.exec();
  const failure = replies?.find(([error]) => error)?.[0];
  if (!failure && replies) return;
  throw new Error(
    `Redis did not take all of ${entries.length} messages for "${topic}": publish them again`,
    { cause: withoutArguments(failure) },
  );
}
