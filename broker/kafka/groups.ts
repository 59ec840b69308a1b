/** What the cluster knows of the groups of a topic. */
import type { Admin } from "@platformatic/kafka";
import { sleep } from "../../wait.ts";
import type { GroupStatus } from "../broker.ts";
import {
  earliest,
  groupIdOf,
  groupNameOf,
  latest,
  type Offsets,
  topicNameOf,
  type Topics,
} from "./topics.ts";

/** @param pendingOf how many messages this process has delivered to a group and not yet committed. */
export async function groupStatuses(
  admin: Admin,
  topics: Topics,
  topic: string,
  pendingOf: (group: string) => number,
): Promise<GroupStatus[]> {
  const name = topicNameOf(topic);
  const groups = Array.from((await admin.listGroups()).keys())
    .map((id) => groupNameOf(topic, id))
    .filter((group) => group !== undefined);
  if (groups.length === 0 || !(await topics.exists(name))) return [];
  const ids = groups.map((group) => groupIdOf(topic, group));
  const [first, last, offsets, members] = await Promise.all([
    topics.offsets(name, earliest),
    topics.offsets(name, latest),
    committedOffsets(admin, ids, name, await topics.partitions(name)),
    settledMembers(admin, ids),
  ]);
  return groups.flatMap((group): GroupStatus[] => {
    const committed = offsets.get(groupIdOf(topic, group));
    const consumers = members.get(groupIdOf(topic, group)) ?? 0;
    // A topic whose name begins with this one's has groups that look like this one's, but no offsets here.
    if (!committed?.size && consumers === 0) return [];
    const open = openIn(first, last, committed ?? new Map());
    const pending = Math.min(open, pendingOf(group));
    return [{ group, lag: open - pending, pending, consumers }];
  });
}

/** What is kept and not committed: what retention took away will never be read. */
function openIn(first: Offsets, last: Offsets, committed: Offsets): number {
  let open = 0;
  for (const [partition, end] of last) {
    const kept = first.get(partition) ?? 0n;
    const done = committed.get(partition) ?? kept;
    open += Number(end - (done > kept ? done : kept));
  }
  return open;
}

const rebalancing: readonly string[] = [
  "PreparingRebalance",
  "CompletingRebalance",
];

/**
 * How many members each group has. While one joins or leaves, their number says little, so a rebalance is
 * waited for, but not long.
 */
async function settledMembers(
  admin: Admin,
  ids: string[],
): Promise<Map<string, number>> {
  for (let attempt = 1;; attempt++) {
    const groups = await admin.describeGroups({ groups: ids });
    const all = Array.from(groups.values());
    const settled = all.every(({ state }) => !rebalancing.includes(state));
    if (settled || attempt === 8) {
      return new Map(all.map(({ id, members }) => [id, members.size]));
    }
    await sleep(200);
  }
}

async function committedOffsets(
  admin: Admin,
  groups: readonly string[],
  name: string,
  partitionIndexes: number[],
): Promise<Map<string, Offsets>> {
  const found = await admin.listConsumerGroupOffsets({
    groups: groups.map((groupId) => ({
      groupId,
      topics: [{ name, partitionIndexes }],
    })),
  });
  return new Map(found.map(({ groupId, topics }) => [
    groupId,
    new Map(
      topics.flatMap((topic) => topic.partitions)
        .filter((partition) => partition.committedOffset >= 0n)
        .map((
          partition,
        ) => [partition.partitionIndex, partition.committedOffset]),
    ),
  ]));
}
