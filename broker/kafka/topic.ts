/** A topic of the cluster: made on first use, asked where it begins and ends, and how far its groups are. */
import type { Admin } from "@platformatic/kafka";
import { DeadlineError, resolvesWithin, sleep } from "../../wait.ts";
import type { GroupStatus } from "../broker.ts";
import { cutConnections } from "./client.ts";
import { isKafkaError } from "./errors.ts";
import type { KafkaAddress } from "./url.ts";

/** Kafka shares one space of names with everything else on the cluster. */
export const prefix = "signalbox.";

/** Special times that Kafka answers with the two ends of a partition. */
const earliest = -2n;
const latest = -1n;

/** The offsets of a topic, by partition. */
export type Offsets = Map<number, bigint>;

/** Per partition, where it begins, and the offset behind its end. */
export type Ranges = Map<number, { from: bigint; end: bigint }>;

const configs = [
  // So that storedAt is when the broker took it, and windows of time follow the order of offsets.
  { name: "message.timestamp.type", value: "LogAppendTime" },
  // A message of 1 MB of text may be 3 MB in UTF-8, and has attributes too.
  { name: "max.message.bytes", value: "8388608" },
];

export class Topic {
  /** As Kafka knows it. */
  readonly name: string;
  /** Settles when the last publish to it has been sent; never rejects. */
  lastSend = Promise.resolve();
  #made: Promise<void> | null = null;

  /** @param topic its name on our side of the boundary */
  constructor(
    readonly admin: Admin,
    readonly address: KafkaAddress,
    readonly topic: string,
  ) {
    this.name = prefix + topic;
  }

  /** A group of Kafka's may read several topics, and rebalances all of them together; ours belongs to one. */
  groupId(group: string): string {
    return `${this.name}.${group}`;
  }

  /** The group that an id names, if it is one of this topic. */
  groupOf(id: string): string | undefined {
    const start = this.groupId("");
    return id.startsWith(start) ? id.slice(start.length) : undefined;
  }

  /** Makes the topic unless it is there. */
  ensure(): Promise<void> {
    return this.#made ??= this.#create().catch((error) => {
      this.#made = null; // the next use tries again
      throw error;
    });
  }

  /** Makes it again, should the error say that it is gone. */
  async repair(error: unknown): Promise<void> {
    if (!isKafkaError(error, /^(UNKNOWN_TOPIC_|INCONSISTENT_TOPIC_ID$)/)) {
      return;
    }
    this.#made = null;
    await this.ensure();
  }

  async exists(): Promise<boolean> {
    return (await this.admin.listTopics()).includes(this.name);
  }

  /** False if the coordinator of a group says nothing for `ms`, not even no: the way to it is made anew then. */
  async reaches(groupId: string, ms: number): Promise<boolean> {
    const answer = this.admin.describeGroups({ groups: [groupId] })
      .catch(() => {});
    const answers = await resolvesWithin(answer, ms);
    if (!answers) cutConnections(this.admin);
    return answers;
  }

  async partitions(): Promise<number[]> {
    const { topics } = await this.admin.metadata({ topics: [this.name] });
    const count = topics.get(this.name)?.partitionsCount ?? 0;
    return Array.from({ length: count }, (_, partition) => partition);
  }

  /** Per partition, the first offset whose time is `at` or later; -1 if there is none. */
  async offsets(at: (partition: number) => bigint): Promise<Offsets> {
    const partitions = (await this.partitions()).map((partitionIndex) => ({
      partitionIndex,
      timestamp: at(partitionIndex),
    }));
    const topics = [{ name: this.name, partitions }];
    const [found] = await this.admin.listOffsets({ topics });
    return new Map(
      found?.partitions.map((one) => [one.partitionIndex, one.offset]),
    );
  }

  async ranges(): Promise<Ranges> {
    const [first, last] = await Promise.all([
      this.offsets(() => earliest),
      this.offsets(() => latest),
    ]);
    return new Map(Array.from(
      last,
      ([id, end]) => [id, { from: first.get(id) ?? 0n, end }],
    ));
  }

  async #create(): Promise<void> {
    const { partitions, replication: replicas } = this.address;
    try {
      const topics = [this.name];
      await this.admin.createTopics({ topics, partitions, replicas, configs });
    } catch (cause) {
      if (!isKafkaError(cause, /^TOPIC_ALREADY_EXISTS$/)) {
        const what = `${this.name} with ${partitions} partitions`;
        throw new Error(`cannot make the Kafka topic ${what}`, { cause });
      }
    }
    await this.#untilLed();
  }

  /** A new topic is of use only when each partition has a leader, which takes a moment. */
  async #untilLed(): Promise<void> {
    const asked = { topics: [this.name], forceUpdate: true };
    for (let attempt = 0; attempt < 50; attempt++) {
      const found = await this.admin.metadata(asked).catch(() => undefined);
      const partitions = found?.topics.get(this.name)?.partitions ?? [];
      const led = partitions.every(({ leader }) => leader >= 0);
      if (led && partitions.length > 0) return;
      await sleep(100);
    }
    throw new DeadlineError(`Kafka's topic ${this.name} has no leader`);
  }
}

/** @param pendingOf how many messages this process has delivered to a group and not yet committed. */
export async function groupStatuses(
  topic: Topic,
  pendingOf: (group: string) => number,
): Promise<GroupStatus[]> {
  const ids = [...(await topic.admin.listGroups()).keys()]
    .filter((id) => topic.groupOf(id) !== undefined);
  if (ids.length === 0 || !(await topic.exists())) return [];
  const [ranges, offsets, members] = await Promise.all([
    topic.ranges(),
    committedOffsets(topic, ids),
    settledMembers(topic, ids),
  ]);
  return ids.flatMap((id): GroupStatus[] => {
    const committed = offsets.get(id) ?? new Map();
    const consumers = members.get(id) ?? 0;
    // A topic whose name begins with this one's has groups that look like this one's, but no offsets here.
    if (committed.size === 0 && consumers === 0) return [];
    const group = topic.groupOf(id)!;
    const open = openIn(ranges, committed);
    const pending = Math.min(open, pendingOf(group));
    const unknown = { oldest_ms: null, removed_by: null };
    return [{ group, lag: open - pending, pending, consumers, ...unknown }];
  });
}

/** What is kept and not committed: what retention took away will never be read. */
function openIn(ranges: Ranges, committed: Offsets): number {
  let open = 0;
  for (const [partition, { from, end }] of ranges) {
    const done = committed.get(partition) ?? from;
    open += Number(end - (done > from ? done : from));
  }
  return open;
}

/**
 * How many members each group has. While one joins or leaves, their number says little, so a rebalance is
 * waited for, but not long.
 */
async function settledMembers(
  { admin }: Topic,
  groups: string[],
): Promise<Map<string, number>> {
  for (let attempt = 1;; attempt++) {
    const all = [...(await admin.describeGroups({ groups })).values()];
    const settled = all.every(({ state }) => !state.endsWith("Rebalance"));
    if (settled || attempt === 8) {
      return new Map(all.map(({ id, members }) => [id, members.size]));
    }
    await sleep(200);
  }
}

async function committedOffsets(
  topic: Topic,
  groups: readonly string[],
): Promise<Map<string, Offsets>> {
  const partitionIndexes = await topic.partitions();
  const topics = [{ name: topic.name, partitionIndexes }];
  const found = await topic.admin.listConsumerGroupOffsets({
    groups: groups.map((groupId) => ({ groupId, topics })),
  });
  return new Map(found.map(({ groupId, topics }) => [
    groupId,
    new Map(
      topics.flatMap(({ partitions }) => partitions)
        .filter((one) => one.committedOffset >= 0n)
        .map((one) => [one.partitionIndex, one.committedOffset]),
    ),
  ]));
}
