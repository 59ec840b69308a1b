/** Topics: made on first use, and where they begin and end. */
import type { Admin } from "@platformatic/kafka";
import { isKafkaError } from "./client.ts";
import type { KafkaAddress } from "./url.ts";
import { sleep } from "./wait.ts";

/** Special times that Kafka answers with the two ends of a partition. */
export const earliest = -2n;
export const latest = -1n;

/** The offsets of a topic, by partition. */
export type Offsets = Map<number, bigint>;

export interface Topics {
  /** Makes the topic unless it is there. */
  ensure(name: string): Promise<void>;
  /** Makes it again, should the error say that it is gone. */
  repair(name: string, error: unknown): Promise<void>;
  exists(name: string): Promise<boolean>;
  partitions(name: string): Promise<number[]>;
  /** Per partition, the first offset whose time is `at` or later; -1 if there is none. */
  offsets(
    name: string,
    at: bigint | ((partition: number) => bigint),
  ): Promise<Offsets>;
}

const configs = [
  // So that storedAt is when the broker took it, and windows of time follow the order of offsets.
  { name: "message.timestamp.type", value: "LogAppendTime" },
  // A message of 1 MB of text may be 3 MB in UTF-8, and has attributes too.
  { name: "max.message.bytes", value: "8388608" },
];

const gone = [
  "UNKNOWN_TOPIC_OR_PARTITION",
  "UNKNOWN_TOPIC_ID",
  "INCONSISTENT_TOPIC_ID",
];

export function openTopics(admin: Admin, address: KafkaAddress): Topics {
  const made = new Map<string, Promise<void>>();
  const partitions = async (name: string) => {
    const { topics } = await admin.metadata({ topics: [name] });
    const count = topics.get(name)?.partitionsCount ?? 0;
    return Array.from({ length: count }, (_, partition) => partition);
  };
  const ensure = (name: string) => {
    const making = made.get(name) ?? create(admin, address, name);
    made.set(name, making);
    making.catch(() => made.delete(name)); // the next use tries again
    return making;
  };
  return {
    ensure,
    async repair(name, error) {
      if (!gone.some((id) => isKafkaError(error, id))) return;
      made.delete(name);
      await ensure(name);
    },
    partitions,
    exists: async (name) => (await admin.listTopics()).includes(name),
    async offsets(name, at) {
      const time = typeof at === "function" ? at : () => at;
      const [found] = await admin.listOffsets({
        topics: [{
          name,
          partitions: (await partitions(name)).map((partition) => ({
            partitionIndex: partition,
            timestamp: time(partition),
          })),
        }],
      });
      return new Map(
        found?.partitions.map((one) => [one.partitionIndex, one.offset]),
      );
    },
  };
}

async function create(
  admin: Admin,
  address: KafkaAddress,
  topic: string,
): Promise<void> {
  const { partitions, replication } = address;
  try {
    await admin.createTopics({
      topics: [topic],
      partitions,
      replicas: replication,
      configs,
    });
  } catch (error) {
    if (!isKafkaError(error, "TOPIC_ALREADY_EXISTS")) {
      throw new Error(
        `cannot make the Kafka topic ${topic} with ${partitions} partitions`,
        {
          cause: error,
        },
      );
    }
  }
  await untilLed(admin, topic);
}

/** A new topic is of use only when each partition has a leader, which takes a moment. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const found = await admin.metadata({ topics: [topic], forceUpdate: true })
      .then(({ topics }) => topics.get(topic)?.partitions, () => undefined);
    if (found?.length && found.every((partition) => partition.leader >= 0)) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`the partitions of the Kafka topic ${topic} have no leader`);
}
