/** Windows of a topic, read across its partitions in the order of time; no group is involved. */
import type { Consumer } from "@platformatic/kafka";
import type { Broker, Delivery, StoredMessage, Window } from "../broker.ts";
import { openReader } from "./client.ts";
import { answerFrom } from "./errors.ts";
import { fetchFrom } from "./fetcher.ts";
import { byPosition, type KafkaMessage, parsePosition } from "./records.ts";
import type { Offsets, Ranges, Topic } from "./topic.ts";

/** The calls of a broker that read without a group. */
export const windows = (topicOf: (name: string) => Topic) => ({
  depth: async (name) => countOf(await rangesIn(topicOf(name), {})),
  async read(name, { limit = 100, newestFirst = false, ...window } = {}) {
    const topic = topicOf(name);
    const ranges = await rangesIn(topic, window);
    if (newestFirst) keepNewest(ranges, limit);
    const found: StoredMessage[] = [];
    for await (const { stored } of readMerged(topic, ranges)) {
      if (!newestFirst && found.length >= limit) break;
      found.push(stored);
    }
    return newestFirst ? found.reverse().slice(0, limit) : found;
  },
  /** An abort ends it after the batch in hand. */
  async replay(name, handler, options = {}) {
    const { batch: size = 500, signal = new AbortController().signal } =
      options;
    const topic = topicOf(name);
    const ranges = await rangesIn(topic, options);
    const total = countOf(ranges);
    let done = 0;
    let batch: Delivery[] = [];
    const hand = async () => {
      if (batch.length === 0 || signal.aborted) return;
      await handler(batch, signal);
      done += batch.length;
      batch = [];
      options.onProgress?.(done, total);
    };
    for await (const { stored } of readMerged(topic, ranges)) {
      if (signal.aborted) break;
      batch.push({ ...stored, redelivered: true });
      if (batch.length >= size) await hand();
    }
    await hand();
    return done;
  },
} satisfies Partial<Broker>);

/** At most so many of each partition. */
function keepNewest(ranges: Ranges, limit: number): void {
  for (const range of ranges.values()) {
    const enough = range.end - BigInt(limit);
    if (range.from < enough) range.from = enough;
  }
}

const rangesIn = (topic: Topic, window: Window): Promise<Ranges> =>
  answerFrom(topic.address, findRanges(topic, window));

/** Where a window begins and ends in each partition, as of now; partitions without a message are left out. */
async function findRanges(topic: Topic, window: Window): Promise<Ranges> {
  if (!await topic.exists()) return new Map();
  const [ranges, from, to] = await Promise.all([
    topic.ranges(),
    firstAt(topic, window.from, false),
    firstAt(topic, window.to, true),
  ]);
  for (const [partition, range] of ranges) {
    const { from: start, end } = range;
    const inside = (offset: bigint | undefined, otherwise: bigint) =>
      offset === undefined ? otherwise : offset < 0n ? end : offset;
    range.from = inside(from?.get(partition), start);
    range.end = inside(to?.get(partition), end);
    if (range.from < start) range.from = start;
    if (range.from >= range.end) ranges.delete(partition);
  }
  return ranges;
}

/**
 * Per partition, the first offset at a point or, if `behind`, after it; -1 if there is none.
 * A position is a point in the order of reading, so partitions before its own are already past its
 * millisecond, and those after it are not yet in it.
 */
async function firstAt(
  topic: Topic,
  point: Date | string | undefined,
  behind: boolean,
): Promise<Offsets | undefined> {
  if (point === undefined) return undefined;
  const step = behind ? 1n : 0n;
  if (point instanceof Date) {
    return await topic.offsets(() => BigInt(point.getTime()) + step);
  }
  const { storedAt, partition, offset } = parsePosition(point);
  const time = BigInt(storedAt);
  const offsets = await topic.offsets((one) =>
    one < partition ? time + 1n : time
  );
  return offsets.set(partition, offset + step);
}

function countOf(ranges: Ranges): number {
  let count = 0;
  for (const { from, end } of ranges.values()) count += Number(end - from);
  return count;
}

/** What is to come of one partition. */
interface Lane {
  readonly partition: number;
  next: bigint;
  readonly end: bigint;
  /** Newest first, because taking from the end of an array is cheap. */
  held: KafkaMessage[];
}

/** The messages of ranges, merged by time. */
async function* readMerged(
  topic: Topic,
  ranges: Ranges,
): AsyncGenerator<KafkaMessage> {
  const lanes = Array.from(ranges, ([partition, { from: next, end }]): Lane => (
    { partition, next, end, held: [] }
  ));
  const reader = openReader(topic.address);
  try {
    while (true) {
      // Which message comes next is known only when each partition has one to compare.
      await feed(reader, topic, lanes);
      const [first] = lanes.filter((lane) => lane.held.length > 0)
        .sort((a, b) => byPosition(a.held.at(-1)!, b.held.at(-1)!));
      if (!first) return;
      yield first.held.pop()!;
    }
  } finally {
    await reader.close();
  }
}

/** Fetches until each lane holds a message or is at its end. */
async function feed(
  reader: Consumer,
  topic: Topic,
  lanes: readonly Lane[],
): Promise<void> {
  while (true) {
    const hungry = lanes.filter(({ held, next, end }) =>
      held.length === 0 && next < end
    );
    if (hungry.length === 0) return;
    const positions = new Map(hungry.map((one) => [one.partition, one.next]));
    const asked = fetchFrom(reader, topic, positions, 500);
    for (const fetched of await answerFrom(topic.address, asked)) {
      const lane = hungry.find((one) => one.partition === fetched.partition)!;
      lane.held = fetched.messages.filter(({ offset }) => offset < lane.end)
        .reverse();
      lane.next = fetched.next;
    }
  }
}
