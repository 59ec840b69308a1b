/** Reading and replaying windows of a stream: no group moves. */
import type { Redis } from "ioredis";
import type {
  BatchHandler,
  Delivery,
  ReadOptions,
  ReplayOptions,
  StoredMessage,
  Window,
} from "../broker.ts";
import { type Entry, toMessage } from "./entry.ts";
import { streamKey } from "./names.ts";

/** An id without a number stands for the first of its millisecond as a start, and the last as an end. */
const bound = (end: Date | string | undefined, open: string): string =>
  end === undefined
    ? open
    : end instanceof Date
    ? String(Math.max(0, end.getTime()))
    : end;

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
  topic: string,
  handler: BatchHandler,
  options: ReplayOptions = {},
): Promise<number> {
  const { batch = 500, signal = new AbortController().signal } = options;
  const key = streamKey(topic);
  const [newest] = await redis.xrevrange(key, ...reversed(options), "COUNT", 1);
  if (!newest) return 0;
  const total = await countBetween(redis, key, bounds(options)[0], newest[0]);
  let done = 0;
  for (let from = bounds(options)[0];;) {
    signal.throwIfAborted();
    const page = await redis.xrange(key, from, newest[0], "COUNT", batch);
    const deliveries = (page as Entry[]).map(([id, fields]): Delivery =>
      toMessage(id, fields ?? [], true)
    );
    if (deliveries.length === 0) return done;
    await handler(deliveries, signal);
    done += deliveries.length;
    options.onProgress?.(done, total);
    from = `(${deliveries.at(-1)!.position}`;
  }
}

const reversed = (window: Window): [string, string] => {
  const [from, to] = bounds(window);
  return [to, from];
};

/** The most entries that a count looks at: it runs inside Redis, which does nothing else meanwhile. */
const mostCounted = 10_000;

const counting = `
return #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])`;

/** How many entries stand between two ids; null if they are too many to count. */
export async function countBetween(
  redis: Redis,
  key: string,
  from: string,
  to: string,
): Promise<number | null> {
  const most = mostCounted + 1;
  const count = await redis.eval(counting, 1, key, from, to, most) as number;
  return count > mostCounted ? null : count;
}
