/** Windows of a topic, read across its partitions in the order of time; no group is involved. */
import type { Consumer } from "@platformatic/kafka";
import type {
  BatchHandler,
  ReadOptions,
  ReplayOptions,
  Window,
} from "../broker.ts";
import { fetchFrom } from "./fetch.ts";
import {
  byPlace,
  type KafkaMessage,
  parsePosition,
  toDelivery,
} from "./records.ts";
import { earliest, latest, type Offsets, type Topics } from "./topics.ts";

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
    window.from === undefined
      ? undefined
      : firstAt(topics, topic, window.from, false),
    window.to === undefined
      ? undefined
      : firstAt(topics, topic, window.to, true),
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
  point: Date | string,
  behind: boolean,
): Promise<Offsets> {
  const step = behind ? 1n : 0n;
  if (point instanceof Date) {
    return await topics.offsets(topic, BigInt(point.getTime()) + step);
  }
  const place = parsePosition(point);
  const time = BigInt(place.storedAt);
  const offsets = await topics.offsets(
    topic,
    (partition) => partition < place.partition ? time + 1n : time,
  );
  return offsets.set(place.partition, place.offset + step);
}

export const countOf = (ranges: Ranges): number =>
  Array.from(ranges.values()).reduce(
    (sum, { from, end }) => sum + Number(end - from),
    0,
  );

/** The messages of a window, merged by time. */
export async function* readMerged(
  reader: Consumer,
  topic: string,
  ranges: Ranges,
): AsyncGenerator<KafkaMessage> {
  const lanes = Array.from(ranges, ([partition, { from, end }]) => ({
    partition,
    next: from,
    end,
    held: [] as KafkaMessage[],
  }));
  while (true) {
    const hungry = lanes.filter((lane) =>
      lane.held.length === 0 && lane.next < lane.end
    );
    if (hungry.length > 0) {
      // Which message comes next is known only when each partition has one to compare.
      const positions = new Map(
        hungry.map((lane) => [lane.partition, lane.next]),
      );
      for (const fetched of await fetchFrom(reader, topic, positions, 500)) {
        const lane = hungry.find((one) => one.partition === fetched.partition)!;
        // Reversed, because taking from the end of an array is cheap.
        lane.held = fetched.messages.filter((one) => one.offset < lane.end)
          .reverse();
        lane.next = fetched.next;
      }
      continue;
    }
    const [first] = lanes.filter((lane) => lane.held.length > 0)
      .sort((a, b) => byPlace(a.held.at(-1)!, b.held.at(-1)!));
    if (!first) return;
    yield first.held.pop()!;
  }
}

/** At most `limit` messages of a window, from the end that was asked for. */
export async function readSome(
  reader: Consumer,
  topic: string,
  ranges: Ranges,
  { limit = 100, newestFirst = false }: ReadOptions,
): Promise<KafkaMessage[]> {
  if (newestFirst) {
    for (const range of ranges.values()) {
      const enough = range.end - BigInt(limit);
      if (range.from < enough) range.from = enough;
    }
  }
  const found: KafkaMessage[] = [];
  for await (const message of readMerged(reader, topic, ranges)) {
    if (!newestFirst && found.length >= limit) break;
    found.push(message);
  }
  return newestFirst ? found.reverse().slice(0, limit) : found;
}

/** Hands a window to a handler in batches; an abort ends it after the batch in hand. */
export async function replayRanges(
  reader: Consumer,
  topic: string,
  ranges: Ranges,
  handler: BatchHandler,
  { batch: size = 500, signal = new AbortController().signal, onProgress }:
    ReplayOptions,
): Promise<number> {
  const total = countOf(ranges);
  let done = 0;
  let batch: KafkaMessage[] = [];
  const hand = async () => {
    if (batch.length === 0 || signal.aborted) return;
    await handler(batch.map((message) => toDelivery(message, true)), signal);
    done += batch.length;
    batch = [];
    onProgress?.(done, total);
  };
  for await (const message of readMerged(reader, topic, ranges)) {
    if (signal.aborted) break;
    batch.push(message);
    if (batch.length >= size) await hand();
  }
  await hand();
  return done;
}
