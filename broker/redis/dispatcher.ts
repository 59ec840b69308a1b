/**
 * Hands batches to the handler, strictly one after the other, so that the order of keys holds, and
 * acknowledges what was handled behind the handler's back: it need not wait for the answer.
 */
import { backoffMs, resolvesWithin, sleep } from "../../wait.ts";
import type { BatchHandler } from "../broker.ts";
import type { GroupConsumer } from "./group.ts";
import type { Leases } from "./lease.ts";
import { type Batch, type BatchQueue, without } from "./queue.ts";

export class Dispatcher {
  #inHand: { batch: Batch; readonly abort: AbortController } | null = null;
  readonly #acknowledging = new Set<Promise<void>>();
  #settled = false;

  constructor(
    private readonly consumer: GroupConsumer,
    private readonly leases: Leases,
    private readonly queue: BatchQueue,
    private readonly handler: BatchHandler,
  ) {}

  /** Ends when the queue is closed and the batch in hand is finished; never rejects. */
  async run(): Promise<void> {
    for (let batch; (batch = await this.queue.next());) {
      await this.#dispatch(batch);
    }
  }

  /** These are another's now: aborts their handler, and does not try them again. */
  drop(ids: ReadonlySet<string>): void {
    this.queue.drop(ids);
    if (!this.#inHand) return;
    const { batch, abort } = this.#inHand;
    const kept = without(batch, ids);
    if (kept.deliveries.length === batch.deliveries.length) return;
    this.#inHand.batch = kept;
    abort.abort(new Error("another consumer has taken these messages over"));
  }

  /** Resolves when everything is acknowledged, or after `ms`, giving up: it will be delivered again. */
  async settle(ms: number): Promise<void> {
    await resolvesWithin(Promise.all(this.#acknowledging), ms);
    this.#settled = true;
  }

  async #dispatch(batch: Batch): Promise<void> {
    const hand = this.#inHand = { batch, abort: new AbortController() };
    try {
      await this.handler(batch.deliveries, hand.abort.signal);
      this.#acknowledge(batch);
    } catch {
      this.queue.putBack(hand.batch);
    } finally {
      this.#inHand = null;
    }
  }

  #acknowledge({ deliveries }: Batch): void {
    const sending = this.#send(deliveries.map((one) => one.position))
      .finally(() => this.#acknowledging.delete(sending));
    this.#acknowledging.add(sending);
  }

  /** Never rejects: what cannot be sent now is sent again until we have settled. */
  async #send(ids: readonly string[]): Promise<void> {
    const { redis, stream, group } = this.consumer;
    for (let attempt = 1; !this.#settled; attempt++) {
      try {
        await redis.xack(stream, group, ...ids);
        return this.leases.release(ids);
      } catch {
        await sleep(backoffMs(attempt));
      }
    }
  }
}
