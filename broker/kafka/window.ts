/** Windows of a topic, read across its partitions in the order of time; no group is involved. */
import type { Consumer } from "@platformatic/kafka";
import type {
  BatchHandler,
  ReadOptions,
  ReplayOptions,
  Window,
} from "../broker.ts";
import { answerFrom } from "./client.ts";
import { fetchFrom } from "./fetcher.ts";
import {
  byPosition,
  type KafkaMessage,
  parsePosition,
  toDelivery,
} from "./records.ts";
import { earliest, latest, type Offsets, type Topics } from "./topics.ts";
import type { KafkaAddress } from "./url.ts";

/** Per partition, the offsets of the window: from the first, up to but not including the end. */
export type Ranges = Map<number, { from: bigint; end: bigint }>;

/** Where a window begins and ends in each partition, as of now; partitions without a message are left out. */
export async function findRanges(
  topics: Topics,
  topic: string,
  window: Window,
): Promise<Ranges> {
  const [first, last, from, to] = await Promise.all([
    topics.offsets(topic, earliest),
    topics.offsets(topic, latest),
    firstAt(topics, topic, window.from, false),
    firstAt(topics, topic, window.to, true),
  ]);
  const ranges: Ranges = new Map();
  for (const [partition, end] of last) {
    const inside = (offset: bigint | undefined, otherwise: bigint) =>
      offset === undefined ? otherwise : offset < 0n ? end : offset;
    const start = first.get(partition) ?? 0n;
    const range = {
      from: inside(from?.get(partition), start),
      end: inside(to?.get(partition), end),
    };
    if (range.from < start) range.from = start;
    if (range.from < range.end) ranges.set(partition, range);
  }
  return ranges;
}

/**
 * Per partition, the first offset at a point or, if `behind`, after it; -1 if there is none.
 * A position is a point in the order of reading, so partitions before its own are already past its
 * millisecond, and those after it are not yet in it.
 */
async function firstAt(
  topics: Topics,
  topic: string,
  point: Date | string | undefined,
  behind: boolean,
): Promise<Offsets | undefined> {
  if (point === undefined) return undefined;
  const step = behind ? 1n : 0n;
  if (point instanceof Date) {
    return await topics.offsets(topic, BigInt(point.getTime()) + step);
  }
  const { storedAt, partition, offset } = parsePosition(point);
  const time = BigInt(storedAt);
  const offsets = await topics.offsets(
    topic,
    (one) => one < partition ? time + 1n : time,
  );
  return offsets.set(partition, offset + step);
}

export const countOf = (ranges: Ranges): number =>
  Array.from(ranges.values()).reduce(
    (sum, { from, end }) => sum + Number(end - from),
    0,
  );

/** A window that was looked up, and the reader that its messages come with. */
export interface OpenWindow {
  readonly address: KafkaAddress;
  readonly reader: Consumer;
  readonly topic: string;
  readonly ranges: Ranges;
}

/** What is to come of one partition. */
interface Lane {
  readonly partition: number;
  next: bigint;
  readonly end: bigint;
  /** Newest first, because taking from the end of an array is cheap. */
  held: KafkaMessage[];
}

/** The messages of a window, merged by time. */
async function* readMerged(window: OpenWindow): AsyncGenerator<KafkaMessage> {
  const lanes = Array.from(
    window.ranges,
    ([partition, { from, end }]): Lane => ({
      partition,
      next: from,
      end,
      held: [],
    }),
  );
  while (true) {
    // Which message comes next is known only when each partition has one to compare.
    const hungry = lanes.filter(({ held, next, end }) =>
      held.length === 0 && next < end
    );
    if (hungry.length > 0) {
      await feed(window, hungry);
      continue;
    }
    const [first] = lanes.filter((lane) => lane.held.length > 0)
      .sort((a, b) => byPosition(a.held.at(-1)!, b.held.at(-1)!));
    if (!first) return;
    yield first.held.pop()!;
  }
}

async function feed(
  { address, reader, topic }: OpenWindow,
  lanes: readonly Lane[],
): Promise<void> {
  const positions = new Map(lanes.map((one) => [one.partition, one.next]));
  const asked = fetchFrom(reader, topic, positions, 500);
  for (const fetched of await answerFrom(address, asked)) {
    const lane = lanes.find((one) => one.partition === fetched.partition)!;
    lane.held = fetched.messages.filter(({ offset }) => offset < lane.end)
      .reverse();
    lane.next = fetched.next;
  }
}

/** At most `limit` messages of a window, from the end that was asked for. */
export async function readSome(
  window: OpenWindow,
  { limit = 100, newestFirst = false }: ReadOptions,
): Promise<KafkaMessage[]> {
  if (newestFirst) {
    for (const range of window.ranges.values()) {
      const enough = range.end - BigInt(limit);
      if (range.from < enough) range.from = enough;
    }
  }
  const found: KafkaMessage[] = [];
  for await (const message of readMerged(window)) {
    if (!newestFirst && found.length >= limit) break;
    found.push(message);
  }
  return newestFirst ? found.reverse().slice(0, limit) : found;
}

/** Hands a window to a handler in batches; an abort ends it after the batch in hand. */
export async function replayWindow(
  window: OpenWindow,
  handler: BatchHandler,
  { batch: size = 500, signal = new AbortController().signal, onProgress }:
    ReplayOptions,
): Promise<number> {
  const total = countOf(window.ranges);
  let done = 0;
  let batch: KafkaMessage[] = [];
  const hand = async () => {
    if (batch.length === 0 || signal.aborted) return;
    await handler(batch.map((message) => toDelivery(message, true)), signal);
    done += batch.length;
    batch = [];
    onProgress?.(done, total);
  };
  for await (const message of readMerged(window)) {
    if (signal.aborted) break;
    batch.push(message);
    if (batch.length >= size) await hand();
  }
  await hand();
  return done;
}
