/** What the cluster knows of the groups of a topic. */
import type { Admin } from "@platformatic/kafka";
import { sleep } from "../../wait.ts";
import type { GroupStatus } from "../broker.ts";
import { earliest, latest, type Offsets, type Topic } from "./topic.ts";

/** @param pendingOf how many messages this process has delivered to a group and not yet committed. */
export async function groupStatuses(
  topic: Topic,
  pendingOf: (group: string) => number,
): Promise<GroupStatus[]> {
  const { admin } = topic;
  const ids = [...(await admin.listGroups()).keys()]
    .filter((id) => topic.groupOf(id) !== undefined);
  if (ids.length === 0 || !(await topic.exists())) return [];
  const [first, last, offsets, members] = await Promise.all([
    topic.offsets(earliest),
    topic.offsets(latest),
    committedOffsets(topic, ids),
    settledMembers(admin, ids),
  ]);
  return ids.flatMap((id): GroupStatus[] => {
    const committed = offsets.get(id) ?? new Map();
    const consumers = members.get(id) ?? 0;
    // A topic whose name begins with this one's has groups that look like this one's, but no offsets here.
    if (committed.size === 0 && consumers === 0) return [];
    const group = topic.groupOf(id)!;
    const open = openIn(first, last, committed);
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
