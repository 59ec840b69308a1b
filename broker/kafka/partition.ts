/** The partitions that a subscription holds, and which of their messages it hands out next. */
import type { KafkaMessage } from "./records.ts";
import { backoffMs } from "./wait.ts";

export interface Partition {
  readonly id: number;
  /** From where to fetch next. */
  next: bigint;
  /** Fetched and not yet handed out. */
  held: KafkaMessage[];
  committed: bigint;
  /** Messages before this offset may have been delivered already, by us or by whoever was here before. */
  delivered: bigint;
  /** Messages before this offset have been delivered by us. */
  handed: bigint;
  /** How often the handler rejected in a row; as long as it is not 0, its messages are handed out alone. */
  failures: number;
  /** Nothing is fetched or handed out before this time. */
  retryAt: number;
}

export function createPartition(
  id: number,
  committed: bigint,
  delivered: bigint,
): Partition {
  return {
    id,
    next: committed,
    held: [],
    committed,
    delivered,
    handed: committed,
    failures: 0,
    retryAt: 0,
  };
}

/**
 * Takes up to `max` messages, in order within each partition. What was rejected comes again apart from
 * the others, so that a partition which keeps failing fails alone; and whoever was served first goes to
 * the end of the line, so that none waits for ever.
 */
export function takeBatch(line: Partition[], max: number): KafkaMessage[] {
  const first = line.findIndex((partition) => partition.held.length > 0);
  if (first < 0) return [];
  const [served] = line.splice(first, 1) as [Partition];
  const batch = served.held.splice(0, max);
  if (served.failures === 0) {
    for (const partition of line) {
      if (partition.failures > 0) continue;
      batch.push(...partition.held.splice(0, max - batch.length));
    }
  }
  line.push(served);
  return batch;
}

/** The part of a batch that belongs to one partition. */
export interface Span {
  readonly partition: Partition;
  readonly first: bigint;
  readonly last: bigint;
  /** What `partition.delivered` was before this batch. */
  readonly delivered: bigint;
}

/** By the partition's number. */
export function spansOf(
  line: readonly Partition[],
  batch: readonly KafkaMessage[],
): Map<number, Span> {
  const spans = new Map<number, Span>();
  for (const { partition: id, offset } of batch) {
    const partition = line.find((one) => one.id === id)!;
    const known = spans.get(id);
    spans.set(id, {
      partition,
      first: known?.first ?? offset,
      last: offset,
      delivered: partition.delivered,
    });
  }
  return spans;
}

/** Back to `offset`, and not before a pause: longer after each rejection. */
export function rewind(
  partition: Partition,
  offset: bigint,
  now: number,
): void {
  partition.held = [];
  partition.next = offset;
  partition.failures++;
  partition.retryAt = now + backoffMs(partition.failures, 10_000);
}
