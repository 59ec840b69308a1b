/** One consumer of one group: reads ahead, hands out, acknowledges, and keeps its leases. */
import { resolvesWithin } from "../../wait.ts";
import type { BatchHandler, Subscription } from "../broker.ts";
import { BatchQueue, Dispatcher } from "./dispatcher.ts";
import { type GroupConsumer, leave, recoverStranded } from "./group.ts";
import { Leases } from "./lease.ts";
import { Reader } from "./reader.ts";
import { Source } from "./source.ts";

/** How long `close` tries to acknowledge and to take leave of a server that does not answer. */
const goodbyeMs = 5000;

export class RedisSubscription implements Subscription {
  readonly closed: Promise<void>;
  readonly #queue: BatchQueue;
  readonly #leases: Leases;
  readonly #dispatcher: Dispatcher;
  readonly #source: Source;
  readonly #reader: Reader;
  #closing: Promise<void> | undefined;
  #recovering: Promise<number> | undefined;

  constructor(
    url: string,
    private readonly consumer: GroupConsumer,
    batch: number,
    handler: BatchHandler,
  ) {
    const queue = this.#queue = new BatchQueue(batch);
    const leases = this.#leases = new Leases(consumer, {
      lost: (ids) => this.#dispatcher.drop(ids),
      stray: () => this.#reader.draining || this.#reader.drain(),
    });
    this.#dispatcher = new Dispatcher(consumer, leases, queue, handler);
    this.#source = new Source(url, consumer, batch);
    this.#reader = new Reader(this.#source, consumer, leases, queue);
    this.closed = this.#run();
  }

  get lastReadAt(): number {
    return this.#source.lastReadAt;
  }

  recover(): Promise<number> {
    return this.#recovering ??= this.#recover()
      .finally(() => this.#recovering = undefined);
  }

  pause(): void {
    this.#queue.pause();
  }

  resume(): void {
    this.#queue.resume();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #run(): Promise<void> {
    this.#leases.start();
    const dispatching = this.#dispatcher.run();
    try {
      await this.#reader.run();
    } finally {
      this.#queue.close();
      await dispatching;
      await this.#dispatcher.settle(goodbyeMs);
      this.#leases.stop();
      await takeLeave(this.consumer);
    }
  }

  async #recover(): Promise<number> {
    if (this.#closing || !this.#leases.steady) return 0;
    const count = await recoverStranded(this.consumer);
    if (count > 0) this.#reader.drain();
    return count;
  }

  async #close(): Promise<void> {
    this.#queue.close();
    await this.#reader.stop();
    await this.closed.catch(() => {}); // whoever waits for `closed` is told
  }
}

async function takeLeave(consumer: GroupConsumer): Promise<void> {
  if (consumer.redis.status !== "ready") return;
  const leaving = leave(consumer).catch(() => {}); // then its name stays until a sweep
  await resolvesWithin(leaving, goodbyeMs);
}
