/** The partitions assigned to a subscription, and which of their messages it hands out next. */
import { type Backoff, backoffMs, createBell } from "../../wait.ts";
import type { Member } from "./member.ts";
import type { KafkaMessage } from "./records.ts";
import type { Topic } from "./topic.ts";

const retry: Backoff = { baseMs: 150, maxMs: 10_000 };

export class Partition {
  /** From where to fetch next. */
  next: bigint;
  /** Fetched and not yet handed out. */
  held: KafkaMessage[] = [];
  /** Messages before this offset have been delivered by us. */
  handed: bigint;
  /** How often the handler rejected in a row; as long as it is not 0, its messages are handed out alone. */
  failures = 0;
  /** Nothing is fetched or handed out before this time. */
  retryAt = 0;

  /** @param delivered messages before it may have been delivered already, by us or by whoever was here before */
  constructor(
    readonly id: number,
    public committed: bigint,
    public delivered: bigint,
  ) {
    this.next = this.handed = committed;
  }

  /** The next message may have been delivered before, and may be what ended whoever had it then. */
  get suspect(): boolean {
    const [first] = this.held;
    return first !== undefined && first.offset < this.delivered;
  }

  /** Goes on from another offset, as if the group had committed it. */
  moveTo(offset: bigint): void {
    this.next = this.committed = this.handed = offset;
    this.held = [];
  }

  /** Back to `offset`, and not before a pause: longer after each rejection. */
  rewind(offset: bigint, now: number): void {
    this.held = [];
    this.next = offset;
    this.failures++;
    this.retryAt = now + backoffMs(this.failures, retry);
  }
}

/** From where the group has committed. */
export class Assignment {
  /** Rings when there may be something to fetch, to hand out, or to stop for. */
  readonly bell = createBell();
  /** While it is, no further batch is handed out. */
  paused = false;
  #partitions: Partition[] = [];
  #era = 0;
  /** Assigned, and not yet adopted. */
  #given: readonly number[] | null = null;

  /** @param size the most messages in a batch */
  constructor(private readonly topic: Topic, readonly size: number) {}

  /** In the order in which they are served. */
  get partitions(): Partition[] {
    return this.#partitions;
  }

  /** Changes whenever partitions are given or taken: what began under another era is void. */
  get era(): number {
    return this.#era;
  }

  /** Partitions were assigned: `adopt` makes them ready. Null: lets go of all of them. */
  give(partitions: readonly number[] | null): void {
    this.#partitions = [];
    this.#given = partitions;
    this.#era++;
    this.bell.ring();
  }

  /** Reads where to start, if partitions were given since the last time. */
  async adopt(member: Member): Promise<void> {
    if (!this.#given) return;
    const era = this.#era;
    const found = await this.#start(this.#given, member);
    if (era !== this.#era) return;
    // Not always the same one first: it may be the one that kills.
    this.#partitions = shuffled(found);
    this.#given = null;
  }

  /** Where the group has committed. A new group commits the beginning first, so that it is known as one. */
  async #start(ids: readonly number[], member: Member): Promise<Partition[]> {
    const era = this.#era;
    const committed = await member.committed(ids);
    const isNew = ids.filter((id) => !committed.has(id));
    // A consumer that has died may have been handed a batch; twice as many allows for a larger one.
    const twice = BigInt(2 * this.size);
    const known = [...committed]
      .map(([id, offset]) => new Partition(id, offset, offset + twice));
    if (isNew.length === 0) return known;
    const ranges = await this.topic.ranges();
    const begun = isNew.map((id) =>
      new Partition(id, ranges.get(id)?.from ?? 0n, 0n)
    );
    if (era === this.#era) {
      await member.commit(new Map(begun.map((one) => [one.id, one.committed])));
    }
    return [...known, ...begun];
  }

  /** After Kafka dropped what was to be read next, by its retention or with a lost disk. */
  async moveIntoRange(): Promise<string[]> {
    const line = this.#partitions;
    const ranges = await this.topic.ranges();
    return line.flatMap((partition) => {
      const { id, next } = partition;
      const { from, end } = ranges.get(id) ?? { from: 0n, end: 0n };
      if (next >= from && next <= end) return [];
      partition.moveTo(from);
      return [`partition ${id} goes from offset ${next} to ${from}`];
    });
  }
}

function shuffled<T>(all: readonly T[]): T[] {
  return all.map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at).map(({ one }) => one);
}

/**
 * Takes up to `max` messages, in order within each partition. What was rejected, or may have killed whoever
 * had it, comes again apart from the others, so that a partition which keeps failing fails alone; and
 * whoever was served first goes to the end of the line, so that none waits for ever.
 */
export function takeBatch(line: Partition[], max: number): KafkaMessage[] {
  const first = line.findIndex((partition) => partition.held.length > 0);
  if (first < 0) return [];
  const [served] = line.splice(first, 1) as [Partition];
  const alone = isApart(served);
  const batch = served.held.splice(0, max);
  if (!alone) {
    for (const partition of line) {
      if (isApart(partition)) continue;
      batch.push(...partition.held.splice(0, max - batch.length));
    }
  }
  line.push(served);
  return batch;
}

const isApart = ({ failures, suspect }: Partition): boolean =>
  failures > 0 || suspect;

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
    const first = spans.get(id)?.first ?? offset;
    const { delivered } = partition;
    spans.set(id, { partition, first, last: offset, delivered });
  }
  return spans;
}
