/** A subscription: a member of the group, one loop that fetches ahead, another that hands out. */
import { backoffMs, resolvesWithin, sleep } from "../../wait.ts";
import type {
  BatchHandler,
  SubscribeOptions,
  Subscription,
} from "../broker.ts";
import { Assignment, type Span, spansOf, takeBatch } from "./assignment.ts";
import { rebalanceTimeoutMs, reconnect } from "./client.ts";
import { isStaleMember, told } from "./errors.ts";
import { Fetcher } from "./fetcher.ts";
import { Member } from "./member.ts";
import type { KafkaMessage } from "./records.ts";
import type { Offsets, Topic } from "./topic.ts";

export class KafkaSubscription implements Subscription {
  readonly #end = Promise.withResolvers<void>();
  readonly closed = this.#end.promise;
  readonly #assignment: Assignment;
  readonly #member: Member;
  readonly #dispatcher: Dispatcher;
  readonly #fetcher: Fetcher;
  #closing: Promise<void> | undefined;

  constructor(
    readonly topic: Topic,
    readonly group: string,
    handler: BatchHandler,
    { consumer, batch = 500, onIncident }: SubscribeOptions,
  ) {
    this.closed.catch(() => {}); // whoever cares looks at it
    const assignment = this.#assignment = new Assignment(topic, batch);
    const member = this.#member = new Member(
      topic,
      group,
      encodeURIComponent(consumer),
      (evicted) => this.#dispatcher.yieldBatch(evicted ? 0 : graceMs),
      (partitions) => assignment.give(partitions),
    );
    this.#dispatcher = new Dispatcher(assignment, member, handler);
    const report = (kind: string, detail: string) =>
      onIncident?.({ kind, detail: `${topic.topic}, ${group}: ${detail}` });
    this.#fetcher = new Fetcher(topic, assignment, member, report);
    Promise.all([member.staying, this.#fetcher.running])
      .catch((cause) => this.#refuse(cause));
  }

  get lastReadAt(): number {
    return this.#fetcher.lastReadAt;
  }

  /** Delivered and not yet committed, by this process. */
  get pending(): number {
    let count = 0;
    for (const { handed, committed } of this.#assignment.partitions) {
      count += Number(handed - committed);
    }
    return count;
  }

  /** The group's coordinator gives a dead member's partitions away. */
  recover(): Promise<number> {
    return Promise.resolve(0);
  }

  pause(): void {
    this.#assignment.paused = true;
  }

  resume(): void {
    this.#assignment.paused = false;
    this.#assignment.bell.ring();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  #refuse(cause: unknown): void {
    const what = `the group ${this.group} at the topic ${this.topic.name}`;
    const why = told(this.topic.address, cause);
    this.#end.reject(new Error(`Kafka refuses ${what}`, { cause: why }));
    this.close();
  }

  async #close(): Promise<void> {
    await this.#dispatcher.stop();
    await Promise.all([this.#member.leave(), this.#fetcher.stop()]);
    this.#end.resolve();
  }
}

/** How long others of the group wait for the batch in hand before it is abandoned to them. */
const graceMs = rebalanceTimeoutMs * 0.6;
/** How long `stop` tries to commit while the server is away. */
const lastCommitMs = 3000;

/** The loop that hands batches to the handler and commits what it has handled. */
class Dispatcher {
  readonly #running: Promise<void>;
  #inHand: { done: Promise<void>; abort: AbortController } | null = null;
  #yielding = false;
  #stoppedAt = 0;

  constructor(
    private readonly assignment: Assignment,
    private readonly member: Member,
    private readonly handler: BatchHandler,
  ) {
    this.#running = this.#run();
  }

  /** Before the partitions go to others: finishes and commits the batch in hand, or abandons it after `ms`. */
  async yieldBatch(ms: number): Promise<void> {
    const hand = this.#inHand;
    this.#yielding = true;
    if (hand && !await resolvesWithin(hand.done, ms)) {
      const why = "its partitions go to another consumer of the group";
      hand.abort.abort(new Error(why));
    }
    this.assignment.give(null);
    this.#yielding = false;
  }

  /** Finishes and commits the batch in hand, and hands out no other. */
  async stop(): Promise<void> {
    this.#stoppedAt ||= Date.now();
    this.assignment.bell.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#stoppedAt === 0) {
      const { partitions, size, paused, bell } = this.assignment;
      const idle = paused || this.#yielding;
      const batch = idle ? [] : takeBatch(partitions, size);
      if (batch.length === 0) {
        await bell.wait(1000);
      } else {
        await this.#hand(batch);
        bell.ring();
      }
    }
  }

  async #hand(batch: readonly KafkaMessage[]): Promise<void> {
    const abort = new AbortController();
    const done = this.#handle(batch, abort.signal);
    this.#inHand = { done, abort };
    await done;
    this.#inHand = null;
  }

  async #handle(
    batch: readonly KafkaMessage[],
    signal: AbortSignal,
  ): Promise<void> {
    const { era, partitions } = this.assignment;
    const spans = spansOf(partitions, batch);
    const deliveries = batch.map(({ partition, offset, stored }) => ({
      ...stored,
      redelivered: offset < spans.get(partition)!.delivered,
    }));
    for (const span of spans.values()) markDelivered(span);
    try {
      await this.handler(deliveries, signal);
    } catch {
      // The handler's reason is the handler's to tell; here it means: again, later.
      if (era !== this.assignment.era) return;
      for (const { partition, first } of spans.values()) {
        partition.rewind(first, Date.now());
      }
      return;
    }
    await this.#commit(spans, era);
  }

  /** Tries until it is done or the partitions are no longer ours: then whoever has them handles it again. */
  async #commit(spans: Map<number, Span>, era: number): Promise<void> {
    const offsets: Offsets = new Map(
      Array.from(spans, ([id, { last }]) => [id, last + 1n]),
    );
    for (let failures = 1; era === this.assignment.era; failures++) {
      try {
        await this.member.commit(offsets);
        for (const span of spans.values()) markCommitted(span);
        return;
      } catch (error) {
        if (isStaleMember(error)) return this.assignment.give(null);
        const stopped = this.#stoppedAt;
        if (stopped > 0 && Date.now() - stopped > lastCommitMs) return;
        await sleep(backoffMs(failures, reconnect));
      }
    }
  }
}

function markDelivered({ partition, last }: Span): void {
  const next = last + 1n;
  if (partition.handed < next) partition.handed = next;
  if (partition.delivered < next) partition.delivered = next;
}

function markCommitted({ partition, last }: Span): void {
  partition.committed = last + 1n;
  partition.failures = 0;
}
