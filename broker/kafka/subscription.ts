/** A subscription: a member of the group, one loop that fetches ahead, another that hands out. */
import type {
  BatchHandler,
  SubscribeOptions,
  Subscription,
} from "../broker.ts";
import { Assignment } from "./assignment.ts";
import { openReader } from "./client.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Fetcher } from "./fetcher.ts";
import { Member } from "./member.ts";
import type { Topic } from "./topic.ts";

export class KafkaSubscription implements Subscription {
  readonly closed: Promise<void>;
  readonly #end = Promise.withResolvers<void>();
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
    this.closed = this.#end.promise;
    this.closed.catch(() => {}); // whoever cares looks at it
    const assignment = this.#assignment = new Assignment(topic, batch);
    const onRefused = (cause: unknown) => this.#refuse(cause);
    const instance = encodeURIComponent(consumer);
    const member = this.#member = new Member(topic, group, instance, {
      beforeJoin: () => this.#dispatcher.yieldBatch(),
      onAssigned: (partitions) => assignment.give(partitions),
      onRefused,
    });
    this.#dispatcher = new Dispatcher(assignment, member, handler);
    const reader = openReader(topic.address);
    this.#fetcher = new Fetcher(reader, topic, assignment, member, {
      onIncident: (kind, detail) =>
        onIncident?.({ kind, detail: `${topic.topic}, ${group}: ${detail}` }),
      onRefused,
    });
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
    this.#end.reject(new Error(`Kafka refuses ${what}`, { cause }));
    this.close();
  }

  async #close(): Promise<void> {
    await this.#dispatcher.stop();
    await Promise.all([this.#member.leave(), this.#fetcher.stop()]);
    this.#end.resolve();
  }
}
