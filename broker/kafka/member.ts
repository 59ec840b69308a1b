/** Membership in a consumer group: joined, kept, and joined again until it is left. */
import type { Consumer } from "@platformatic/kafka";
import { backoffMs, createBell, resolvesWithin } from "../../wait.ts";
import {
  cutConnections,
  openMember,
  rebalanceTimeoutMs,
  reconnect,
  sessionTimeoutsMs,
} from "./client.ts";
import { isKafkaError, isRefusal } from "./errors.ts";
import type { Offsets, Topic } from "./topic.ts";

/** How long leaving may take when the server does not answer. */
const leaveWithinMs = 3000;
/** A join that takes longer than a second is asked about, and nothing is heard for so long over a deaf network. */
const [askAfterMs, deafMs] = [1_000, 3_000];
/** Without a heartbeat for so long, the library is no longer trusted to come back by itself. */
const silentMs = 20_000;

export class Member {
  readonly #consumer: Consumer;
  /** Rejects when the server does not let it join, and will not. */
  readonly staying: Promise<void>;
  readonly #bell = createBell();
  #leaving = false;
  /** The library has given up: it has to be told to join again. */
  #stranded = false;
  /** Another process has joined under this name. */
  #shutOut = false;
  /** A join, also one of the library's own, is under way until this settles. */
  #joining = Promise.withResolvers<void>();
  #isWatched = false;
  #joinedAt = 0;
  /** Those that the cluster has not refused. */
  #sessions: readonly number[] = sessionTimeoutsMs;

  /**
   * @param instance names the member for good: when its process dies and comes back under this name, it has
   * its partitions at once, and the old process, should it still live, is shut out.
   * @param beforeJoin is awaited before each join: until it resolves, the partitions are still this member's,
   * unless it was evicted: then others have them already.
   * @param onAssigned is told after each join: the partitions, some of which may be the ones that it had.
   */
  constructor(
    private readonly topic: Topic,
    group: string,
    instance: string,
    beforeJoin: (evicted: boolean) => Promise<void>,
    private readonly onAssigned: (partitions: readonly number[]) => void,
  ) {
    const id = topic.groupId(group);
    this.#joining.resolve();
    this.#consumer = openMember(topic.address, id, instance, async () => {
      this.#joining = Promise.withResolvers();
      // Joining again would shut out the other in turn, and so on for ever.
      if (this.#shutOut) throw new Error(`${instance} has come up elsewhere`);
      await beforeJoin(this.#consumer.memberId === null);
      void this.#watchJoin(id);
    });
    this.#consumer.topics.track(topic.name);
    this.#listen();
    this.staying = this.#stay();
  }

  /** True while the group coordinator hears from it. */
  alive(): boolean {
    const heard = this.#consumer.lastHeartbeat?.getTime() ?? 0;
    return this.#consumer.isActive() && Date.now() - heard < 5000;
  }

  #isSilent(): boolean {
    const heard = this.#consumer.lastHeartbeat?.getTime() ?? 0;
    return Date.now() - Math.max(heard, this.#joinedAt) > silentMs;
  }

  /** What the group has committed; partitions without are left out. */
  async committed(partitions: readonly number[]): Promise<Offsets> {
    const topic = this.topic.name;
    const found = await this.#consumer.listCommittedOffsets({
      topics: [{ topic, partitions: [...partitions] }],
    });
    const offsets: Offsets = new Map();
    for (const partition of partitions) {
      const offset = found.get(topic)?.[partition] ?? -1n;
      if (offset >= 0n) offsets.set(partition, offset);
    }
    return offsets;
  }

  /** Rejects, and commits nothing, when this member is not one of the present generation. */
  async commit(offsets: Offsets): Promise<void> {
    const at = { topic: this.topic.name, leaderEpoch: -1 };
    await this.#consumer.commit({
      offsets: [...offsets].map(([partition, offset]) => (
        { ...at, partition, offset }
      )),
    });
  }

  /** Gives the partitions back and closes the connection. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#bell.ring();
    // A join under way is waited for: closing in its midst would leave a ghost in the group.
    const joining = [this.staying.catch(() => {}), this.#joining.promise];
    await resolvesWithin(Promise.all(joining), leaveWithinMs);
    const closing = this.#consumer.close(true).catch(() => {});
    await resolvesWithin(closing, leaveWithinMs);
  }

  #listen(): void {
    this.#consumer.on("consumer:group:join", ({ assignments }) => {
      this.#joining.resolve();
      const own = assignments?.find(({ topic }) => topic === this.topic.name);
      this.onAssigned(own?.partitions ?? []);
    });
    const strand = () => {
      this.#joining.resolve();
      this.#stranded = true;
      this.#bell.ring();
    };
    // The library would wait for the deadline of the request, which is that of a join, and of a session.
    this.#consumer.on(
      "consumer:heartbeat:stalled",
      () => cutConnections(this.#consumer),
    );
    // Not in the library's types: a rejoin has failed, and the library leaves it at that; a request has
    // failed, of whichever kind.
    const untyped = this.#consumer as unknown as NodeJS.EventEmitter;
    untyped.on("error", strand);
    untyped.on("client:performWithRetry:failed", (_what, _retries, errors) => {
      this.#shutOut ||= errors.some((one: Error) =>
        isKafkaError(one, /^FENCED_INSTANCE_ID$/)
      );
    });
  }

  async #stay(): Promise<void> {
    for (let failures = 0; !this.#leaving;) {
      try {
        await this.topic.ensure();
        this.#stranded = false;
        await this.#join();
        failures = 0;
        while (!this.#leaving && !this.#stranded && !this.#isSilent()) {
          await this.#bell.wait(5_000);
        }
      } catch (error) {
        if (this.#shutOut || isRefusal(error)) throw error;
        this.#consumer.clearMetadata();
        await this.#bell.wait(backoffMs(++failures, reconnect));
      }
    }
  }

  /**
   * A join may rightly take as long as others take to let go, and until then its connection answers nothing
   * else. So whether the network is deaf is asked beside it.
   */
  async #watchJoin(groupId: string): Promise<void> {
    if (this.#isWatched) return;
    this.#isWatched = true;
    for (let joined = false; !joined && !this.#leaving;) {
      const { promise } = this.#joining;
      joined = await resolvesWithin(promise, askAfterMs) &&
        promise === this.#joining.promise;
      if (joined || await this.topic.reaches(groupId, deafMs)) continue;
      cutConnections(this.#consumer);
    }
    this.#isWatched = false;
  }

  async #join(): Promise<void> {
    const [sessionTimeout = sessionTimeoutsMs[0]] = this.#sessions;
    try {
      await this.#consumer.joinGroup({
        sessionTimeout,
        rebalanceTimeout: Math.max(sessionTimeout, rebalanceTimeoutMs),
        // Without an answer for so long the connection is deaf: there is time left for another.
        heartbeatStallTimeout: sessionTimeout * 2 / 3,
      });
      this.#joinedAt = Date.now();
    } catch (error) {
      const isLast = this.#sessions.length === 1;
      if (isLast || !isKafkaError(error, /^INVALID_SESSION_TIMEOUT$/)) {
        throw error;
      }
      this.#sessions = this.#sessions.slice(1);
      await this.#join();
    } finally {
      this.#joining.resolve();
    }
  }
}
