/** Membership in a consumer group: joined, kept, and joined again until it is left. */
import type { Consumer } from "@platformatic/kafka";
import { isRefusal, isShutOut, openMember } from "./client.ts";
import type { Offsets, Topics } from "./topics.ts";
import type { KafkaAddress } from "./url.ts";
import { backoffMs, createBell, settled } from "./wait.ts";

export interface Member {
  /** True while the group coordinator hears from it. */
  alive(): boolean;
  /** What the group has committed; partitions without are left out. */
  committed(partitions: readonly number[]): Promise<Offsets>;
  /** Rejects, and commits nothing, when this member is not one of the present generation. */
  commit(offsets: Offsets): Promise<void>;
  /** Gives the partitions back and closes the connection. */
  leave(): Promise<void>;
}

export interface MemberEvents {
  /** Awaited before each join: until it resolves, the partitions are still this member's. */
  beforeJoin(): Promise<void>;
  /** After each join: the partitions, some of which may be the ones that it had. */
  onAssigned(partitions: readonly number[]): void;
  /** The server does not let it join, and will not. */
  onRefused(error: unknown): void;
}

/** How long leaving may take when the server does not answer. */
const leaveWithinMs = 3000;

/**
 * @param instance names the member for good: when its process dies and comes back under this name, it has
 * its partitions at once, and the old process, should it still live, is shut out.
 */
export function joinGroup(
  address: KafkaAddress,
  topics: Topics,
  topic: string,
  groupId: string,
  instance: string,
  events: MemberEvents,
): Member {
  let [leaving, stranded, shutOut] = [false, false, false];
  const lost = createBell();
  const strand = () => {
    stranded = true;
    lost.ring();
  };
  const consumer = openMember(address, groupId, instance, async () => {
    // Joining again would shut out the other in turn, and so on for ever.
    if (shutOut) throw new Error(`${instance} has come up elsewhere`);
    await events.beforeJoin();
  });
  consumer.topics.track(topic);
  consumer.on("consumer:group:join", ({ assignments }) => {
    const own = assignments?.find((one) => one.topic === topic);
    events.onAssigned(own?.partitions ?? []);
  });
  // Not in the library's types: a rejoin has failed, or no heartbeat has got through for long, and the
  // library leaves it at that; a request has failed, of whichever kind.
  const untyped = consumer as unknown as NodeJS.EventEmitter;
  untyped.on("error", strand);
  untyped.on("consumer:heartbeat:stalled", strand);
  untyped.on("client:performWithRetry:failed", (_what, _retries, errors) => {
    shutOut ||= errors.some((one: Error) => isShutOut(one));
  });

  const join = async () => {
    await topics.ensure(topic);
    stranded = false;
    await consumer.joinGroup({});
  };

  const staying = (async () => {
    for (let failures = 0; !leaving;) {
      try {
        await join();
        failures = 0;
        while (!leaving && !stranded) await lost.wait(60_000);
      } catch (error) {
        if (shutOut || isRefusal(error)) return events.onRefused(error);
        consumer.clearMetadata();
        await lost.wait(backoffMs(++failures));
      }
    }
  })();

  return {
    ...offsetsOf(consumer, topic),
    alive: () => consumer.isActive() && ageOf(consumer.lastHeartbeat) < 5000,
    async leave() {
      leaving = true;
      lost.ring();
      // A join under way is waited for: closing in its midst would leave a ghost in the group.
      await settled(staying, leaveWithinMs);
      await settled(consumer.close(true).catch(() => {}), leaveWithinMs);
    },
  };
}

const ageOf = (time: Date | null): number =>
  Date.now() - (time?.getTime() ?? 0);

function offsetsOf(
  consumer: Consumer,
  topic: string,
): Pick<Member, "committed" | "commit"> {
  return {
    async committed(partitions) {
      const found = await consumer.listCommittedOffsets({
        topics: [{ topic, partitions: [...partitions] }],
      });
      const offsets: Offsets = new Map();
      for (const partition of partitions) {
        const offset = found.get(topic)?.[partition] ?? -1n;
        if (offset >= 0n) offsets.set(partition, offset);
      }
      return offsets;
    },
    async commit(offsets) {
      await consumer.commit({
        offsets: Array.from(offsets, ([partition, offset]) => ({
          topic,
          partition,
          offset,
          leaderEpoch: -1,
        })),
      });
    },
  };
}
