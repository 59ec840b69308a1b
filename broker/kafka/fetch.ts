/** One fetch: from given offsets, from whichever servers lead the partitions. */
import type { Consumer } from "@platformatic/kafka";
import { fromBatch, type KafkaMessage } from "./records.ts";

export interface FetchedPartition {
  readonly partition: number;
  /** From where it was asked for. */
  readonly from: bigint;
  /** From where to go on: behind the last message, or behind what is no message. */
  readonly next: bigint;
  readonly messages: readonly KafkaMessage[];
}

/** Bytes of one partition in one fetch; a larger message comes alone. */
const partitionBytes = 1024 * 1024;

/**
 * Fetches what there is from `positions` on, and waits up to `waitMs` while there is nothing.
 * The reader must not be fetching already: Kafka keeps a session for each.
 */
export async function fetchFrom(
  reader: Consumer,
  topic: string,
  positions: ReadonlyMap<number, bigint>,
  waitMs: number,
): Promise<FetchedPartition[]> {
  if (!reader.topics.has(topic)) reader.topics.track(topic);
  const found = (await reader.metadata({ topics: [topic] })).topics.get(topic);
  if (!found) throw new Error(`Kafka does not know the topic ${topic}`);
  const byLeader = Map.groupBy(
    positions.keys(),
    (partition) => found.partitions[partition]?.leader ?? -1,
  );
  const answers = await Promise.all(
    Array.from(byLeader, ([node, partitions]) =>
      reader.fetch({
        node,
        maxWaitTime: waitMs,
        minBytes: 1,
        topics: [{
          topicId: found.id,
          partitions: partitions.map((partition) => ({
            partition,
            fetchOffset: positions.get(partition)!,
            partitionMaxBytes: partitionBytes,
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
          })),
        }],
      })),
  );
  return answers.flatMap((answer) => answer.responses)
    .flatMap((response) => response.partitions)
    .flatMap(({ partitionIndex, records }) => {
      const from = positions.get(partitionIndex);
      if (from === undefined || !records?.length) return [];
      return [readPartition(partitionIndex, from, records)];
    });
}

type Batches = Parameters<typeof fromBatch>[1][];

function readPartition(
  partition: number,
  from: bigint,
  batches: Batches,
): FetchedPartition {
  const last = batches.at(-1)!;
  const messages = batches.flatMap((batch) => fromBatch(partition, batch))
    // A batch is sent whole, also when the offset asked for is in its middle.
    .filter((message) => message.offset >= from);
  const next = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
  return { partition, from, messages, next: next > from ? next : from };
}
