/** Topics and groups: what they are called in Kafka; topics are made on first use. */
import type { Admin } from "@platformatic/kafka";
import { DeadlineError, sleep } from "../../wait.ts";
import { isKafkaError } from "./client.ts";
import type { KafkaAddress } from "./url.ts";

/** Kafka shares one space of names with everything else on the cluster, hence the prefix. */
export const topicNameOf = (topic: string): string => `signalbox.${topic}`;

/**
 * A group of Kafka's may read several topics, and rebalances all of them together; ours belongs to one.
 */
export const groupIdOf = (topic: string, group: string): string =>
  `${topicNameOf(topic)}.${group}`;

/** The group that an id names, if it is one of this topic. */
export function groupNameOf(topic: string, id: string): string | undefined {
  const prefix = groupIdOf(topic, "");
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

/** Special times that Kafka answers with the two ends of a partition. */
export const earliest = -2n;
export const latest = -1n;

/** The offsets of a topic, by partition. */
export type Offsets = Map<number, bigint>;

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

export class Topics {
  readonly #admin: Admin;
  readonly #address: KafkaAddress;
  readonly #made = new Map<string, Promise<void>>();

  constructor(admin: Admin, address: KafkaAddress) {
    this.#admin = admin;
    this.#address = address;
  }

  /** Makes the topic unless it is there. */
  ensure(name: string): Promise<void> {
    const making = this.#made.get(name) ?? this.#create(name);
    this.#made.set(name, making);
    making.catch(() => this.#made.delete(name)); // the next use tries again
    return making;
  }

  /** Makes it again, should the error say that it is gone. */
  async repair(name: string, error: unknown): Promise<void> {
    if (!isKafkaError(error, ...gone)) return;
    this.#made.delete(name);
    await this.ensure(name);
  }

  async exists(name: string): Promise<boolean> {
    return (await this.#admin.listTopics()).includes(name);
  }

  async partitions(name: string): Promise<number[]> {
    const { topics } = await this.#admin.metadata({ topics: [name] });
    const count = topics.get(name)?.partitionsCount ?? 0;
    return Array.from({ length: count }, (_, partition) => partition);
  }

  /** Per partition, the first offset whose time is `at` or later; -1 if there is none. */
  async offsets(
    name: string,
    at: bigint | ((partition: number) => bigint),
  ): Promise<Offsets> {
    const partitions = (await this.partitions(name)).map((partitionIndex) => ({
      partitionIndex,
      timestamp: typeof at === "function" ? at(partitionIndex) : at,
    }));
    const [found] = await this.#admin.listOffsets({
      topics: [{ name, partitions }],
    });
    return new Map(
      found?.partitions.map((one) => [one.partitionIndex, one.offset]),
    );
  }

  async #create(topic: string): Promise<void> {
    const { partitions, replication: replicas } = this.#address;
    try {
      const topics = [topic];
      await this.#admin.createTopics({ topics, partitions, replicas, configs });
    } catch (cause) {
      if (!isKafkaError(cause, "TOPIC_ALREADY_EXISTS")) {
        const what = `${topic} with ${partitions} partitions`;
        throw new Error(`cannot make the Kafka topic ${what}`, { cause });
      }
    }
    await this.#untilLed(topic);
  }

  /** A new topic is of use only when each partition has a leader, which takes a moment. */
  async #untilLed(topic: string): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const asked = this.#admin.metadata({
        topics: [topic],
        forceUpdate: true,
      });
      const found = await asked.catch(() => undefined);
      const partitions = found?.topics.get(topic)?.partitions ?? [];
      const led = partitions.every(({ leader }) => leader >= 0);
      if (led && partitions.length > 0) return;
      await sleep(100);
    }
    throw new DeadlineError(
      `the partitions of the Kafka topic ${topic} have no leader`,
    );
  }
}
