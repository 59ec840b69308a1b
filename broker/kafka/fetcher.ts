/** Fetching ahead: about one batch of each partition, while the handler is at work. */
import type { Consumer } from "@platformatic/kafka";
import { backoffMs } from "../../wait.ts";
import type { Assignment } from "./assignment.ts";
import { openReader, reconnect } from "./client.ts";
import { isKafkaError, isLate, isRefusal, isStaleMember } from "./errors.ts";
import type { Member } from "./member.ts";
import { fromBatch } from "./records.ts";
import type { Topic } from "./topic.ts";

/** Bytes of one partition in one fetch, and the least when the line is slow; a larger message comes alone. */
const [partitionBytes, leastBytes] = [1024 * 1024, 64 * 1024];

/**
 * Fetches what there is from `positions` on, and waits up to `waitMs` while there is nothing.
 * The reader must not be fetching already: Kafka keeps a session for each.
 */
export async function fetchFrom(
  reader: Consumer,
  { name }: Topic,
  positions: ReadonlyMap<number, bigint>,
  waitMs: number,
  partitionMaxBytes = partitionBytes,
): Promise<ReturnType<typeof readPartition>[]> {
  if (!reader.topics.has(name)) reader.topics.track(name);
  const found = (await reader.metadata({ topics: [name] })).topics.get(name);
  if (!found) throw new Error(`Kafka does not know the topic ${name}`);
  const byLeader = Map.groupBy(
    positions,
    ([partition]) => found.partitions[partition]?.leader ?? -1,
  );
  const answers = await Promise.all(
    Array.from(byLeader, ([node, wanted]) =>
      reader.fetch({
        node,
        maxWaitTime: waitMs,
        minBytes: 1,
        topics: [{
          topicId: found.id,
          partitions: wanted.map(([partition, fetchOffset]) => ({
            partition,
            fetchOffset,
            partitionMaxBytes,
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
          })),
        }],
      })),
  );
  return answers.flatMap(({ responses }) => responses)
    .flatMap(({ partitions }) => partitions)
    .flatMap(({ partitionIndex, records }) => {
      const from = positions.get(partitionIndex);
      if (from === undefined || !records?.length) return [];
      return [readPartition(partitionIndex, from, records)];
    });
}

/** @param from where it was asked for; what is returned says with `next` where to go on */
function readPartition(
  partition: number,
  from: bigint,
  batches: Parameters<typeof fromBatch>[1][],
) {
  const last = batches.at(-1)!;
  const messages = batches.flatMap((batch) => fromBatch(partition, batch))
    // A batch is sent whole, also when the offset asked for is in its middle.
    .filter((message) => message.offset >= from);
  // Behind the last message, or behind what is no message.
  const next = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
  return { partition, from, messages, next: next > from ? next : from };
}

/** How long a fetch waits for messages; a new assignment waits for it. */
const waitMs = 500;
/** The wait while some partition is left out of the fetch and may soon want to be in it. */
const shortWaitMs = 20;

export class Fetcher {
  /** When a fetch last completed, empty or not; also when there was nothing to fetch, and all was well. */
  lastReadAt = 0;
  /** Rejects when the server does not let us read, and will not. */
  readonly running: Promise<void>;
  readonly #reader: Consumer;
  #stopping = false;
  #failures = 0;
  #bytes = partitionBytes;

  constructor(
    private readonly topic: Topic,
    private readonly assignment: Assignment,
    private readonly member: Member,
    private readonly report: (kind: string, detail: string) => void,
  ) {
    this.#reader = openReader(topic.address);
    this.running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.assignment.bell.ring();
    await this.#reader.close().catch(() => {});
    await this.running.catch(() => {}); // whoever cares looks at it
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#step();
        const count = this.#failures;
        this.#failures = 0;
        if (count === 0) continue;
        this.report("connection-rebuilt", `after ${count} failed attempts`);
      } catch (error) {
        if (isRefusal(error)) throw error;
        if (!this.#stopping) await this.#mend(error).catch(() => {});
      }
    }
  }

  async #step(): Promise<void> {
    await this.assignment.adopt(this.member);
    const { partitions, size } = this.assignment;
    const now = Date.now();
    const wanted = partitions.filter((one) =>
      one.held.length < size && one.retryAt <= now
    );
    if (wanted.length === 0) return await this.#idle(now);
    const positions = new Map(wanted.map((one) => [one.id, one.next]));
    const ms = wanted.length < partitions.length ? shortWaitMs : waitMs;
    const { era } = this.assignment;
    const fetched = await fetchFrom(
      this.#reader,
      this.topic,
      positions,
      ms,
      this.#bytes,
    );
    this.#bytes = Math.min(2 * this.#bytes, partitionBytes);
    for (const { partition: id, from, next, messages } of fetched) {
      const partition = wanted.find((one) => one.id === id);
      // Rewound or taken away meanwhile: what was fetched is no longer what comes next.
      if (era !== this.assignment.era || partition?.next !== from) continue;
      partition.held.push(...messages);
      partition.next = next;
    }
    this.lastReadAt = Date.now();
    this.assignment.bell.ring();
  }

  async #idle(now: number): Promise<void> {
    const { partitions, size, paused, bell } = this.assignment;
    const full = partitions.some((one) => one.held.length >= size);
    const well = this.member.alive() && (!full || paused);
    if (well) this.lastReadAt = now;
    const retries = partitions.map((one) => one.retryAt - now);
    await bell.wait(Math.min(waitMs, ...retries.filter((ms) => ms > 0)));
  }

  async #mend(error: unknown): Promise<void> {
    const { bell } = this.assignment;
    // Between two generations of the group: the next assignment is on its way.
    if (isStaleMember(error)) return await bell.wait(shortWaitMs);
    this.#failures++;
    // The line may be too slow for so much: then less comes in time.
    if (isLate(error)) this.#bytes = Math.max(this.#bytes / 4, leastBytes);
    this.#reader.clearMetadata();
    if (isKafkaError(error, /^OFFSET_OUT_OF_RANGE$/)) {
      for (const move of await this.assignment.moveIntoRange()) {
        this.report("trimmed-while-pending", move);
      }
    }
    await bell.wait(backoffMs(this.#failures, reconnect));
    await this.topic.repair(error);
  }
}
