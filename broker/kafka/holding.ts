/** What a subscription holds of a topic: the partitions given to it, from where the group has committed. */
import type { Member } from "./member.ts";
import { createPartition, type Partition } from "./partition.ts";
import { earliest, latest, type Topics } from "./topics.ts";

export interface Holding {
  /** The partitions, in the order in which they are served. */
  readonly line: Partition[];
  /** Changes whenever partitions are given or taken: what began under another era is void. */
  readonly era: number;
  /** Partitions were assigned: `adopt` makes them ready. */
  give(partitions: readonly number[]): void;
  /** Lets go of all of them; what is held in memory is forgotten, what is committed is not. */
  drop(): void;
  /** Reads where to start, if partitions were given since the last time. */
  adopt(member: Member): Promise<void>;
  /** After Kafka dropped what was to be read next, by its retention or with a lost disk. */
  moveIntoRange(): Promise<string[]>;
}

/** @param size the most messages in a batch */
export function createHolding(
  topics: Topics,
  topic: string,
  size: number,
): Holding {
  let line: Partition[] = [];
  let era = 0;
  let given: readonly number[] | null = null;
  const reset = (partitions: readonly number[] | null) => {
    line = [];
    given = partitions;
    era++;
  };
  return {
    get line() {
      return line;
    },
    get era() {
      return era;
    },
    give: reset,
    drop: () => reset(null),
    async adopt(member) {
      if (!given) return;
      const [began, ids] = [era, given];
      const found = await startOf(
        topics,
        topic,
        ids,
        size,
        member,
        () => began === era,
      );
      if (began !== era) return;
      line = found;
      given = null;
    },
    moveIntoRange: () => moveIntoRange(topics, topic, line),
  };
}

/** Where the group has committed. A new group commits the beginning first, so that it is known as one. */
async function startOf(
  topics: Topics,
  topic: string,
  ids: readonly number[],
  size: number,
  member: Member,
  stillOurs: () => boolean,
): Promise<Partition[]> {
  const committed = await member.committed(ids);
  const isNew = ids.filter((id) => !committed.has(id));
  // A consumer that has died may have been handed a batch; twice as many allows for a larger one.
  const partitions = Array.from(
    committed,
    ([id, offset]) => createPartition(id, offset, offset + BigInt(2 * size)),
  );
  if (isNew.length === 0) return partitions;
  const first = await topics.offsets(topic, earliest);
  const fresh = isNew.map((id) => createPartition(id, first.get(id) ?? 0n, 0n));
  if (stillOurs()) {
    await member.commit(new Map(fresh.map((one) => [one.id, one.committed])));
  }
  return [...partitions, ...fresh];
}

async function moveIntoRange(
  topics: Topics,
  topic: string,
  line: Partition[],
): Promise<string[]> {
  const [first, last] = await Promise.all([
    topics.offsets(topic, earliest),
    topics.offsets(topic, latest),
  ]);
  const moved: string[] = [];
  for (const partition of line) {
    const [from, to] = [
      first.get(partition.id) ?? 0n,
      last.get(partition.id) ?? 0n,
    ];
    if (partition.next >= from && partition.next <= to) continue;
    moved.push(
      `partition ${partition.id} goes from offset ${partition.next} to ${from}`,
    );
    Object.assign(partition, {
      next: from,
      committed: from,
      handed: from,
      held: [],
    });
  }
  return moved;
}
