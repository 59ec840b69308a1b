/**
 * Hands batches to the handler, strictly one after the other, so that the order of keys holds, and
 * acknowledges what was handled behind the handler's back: it need not wait for the answer.
 */
import { backoffMs, createBell, resolvesWithin, sleep } from "../../wait.ts";
import type { BatchHandler, Delivery } from "../broker.ts";
import type { GroupConsumer } from "./group.ts";
import type { Leases } from "./lease.ts";

interface Batch {
  readonly deliveries: readonly Delivery[];
  /** From 1. */
  readonly attempt: number;
  /** By `performance.now`: a clock that is set back must not make it wait. */
  readonly dueAt: number;
}

/** Between the reader and the handler: one batch ahead, and the batches that wait for another attempt. */
export class BatchQueue {
  readonly #bell = createBell();
  /** As they were read: together at most a batch. */
  #ahead: Batch[] = [];
  #retries: Batch[] = [];
  #paused = false;
  #closed = false;

  /** @param pageSize how many are put at once, at most */
  constructor(
    private readonly batchSize: number,
    private readonly pageSize = batchSize,
  ) {}

  /** False while so many pages would be more than a batch, or too much waits for another attempt. */
  hasRoom(pages = 1): boolean {
    const count = countOf(this.#ahead) + pages * this.pageSize;
    return count <= this.batchSize &&
      countOf(this.#retries) < 10 * this.batchSize;
  }

  put(deliveries: readonly Delivery[]): void {
    this.#ahead.push({ deliveries, attempt: 1, dueAt: 0 });
    this.#bell.ring();
  }

  /** The next batch, as soon as there is one; null once the queue is closed. */
  async next(): Promise<Batch | null> {
    while (!this.#closed) {
      const batch = this.#paused ? null : this.#take();
      if (batch) {
        this.#bell.ring();
        return batch;
      }
      await this.#bell.wait(this.#waitMs());
    }
    return null;
  }

  /** Takes a batch back; it is handed out again after a while, and others before it. */
  putBack({ deliveries, attempt }: Batch): void {
    if (deliveries.length === 0) return;
    this.#retries.push({
      deliveries: deliveries.map((one) => ({ ...one, redelivered: true })),
      attempt: attempt + 1,
      dueAt: performance.now() + backoffMs(attempt),
    });
  }

  /** Hands these out no more. */
  drop(ids: ReadonlySet<string>): void {
    const left = (batches: readonly Batch[]) =>
      batches.map((batch) => without(batch, ids))
        .filter(({ deliveries }) => deliveries.length > 0);
    this.#ahead = left(this.#ahead);
    this.#retries = left(this.#retries);
    this.#bell.ring();
  }

  /** Resolves when something may have changed, or after `ms`. */
  changed(ms: number): Promise<void> {
    return this.#bell.wait(ms);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#bell.ring();
  }

  close(): void {
    this.#closed = true;
    this.#bell.ring();
  }

  #take(): Batch | null {
    const now = performance.now();
    const due = this.#retries.findIndex((batch) => batch.dueAt <= now);
    if (due >= 0) return this.#retries.splice(due, 1)[0]!;
    return this.#takeAhead();
  }

  /** All that are ahead; what comes again, by itself: it may be left for later, and what is new must not be. */
  #takeAhead(): Batch | null {
    const again = this.#ahead.findIndex(comesAgain);
    const count = again < 0 ? this.#ahead.length : Math.max(1, again);
    const [first, ...others] = this.#ahead.splice(0, count);
    if (!first || others.length === 0) return first ?? null;
    const all = [first, ...others].flatMap(({ deliveries }) => deliveries);
    return { ...first, deliveries: all };
  }

  #waitMs(): number | undefined {
    if (this.#paused || this.#retries.length === 0) return undefined;
    const due = Math.min(...this.#retries.map(({ dueAt }) => dueAt));
    return Math.max(1, due - performance.now());
  }
}

function countOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
}

const comesAgain = ({ deliveries }: Batch): boolean =>
  deliveries.some(({ redelivered }) => redelivered);

/** The rest of a batch, which may be empty. */
function without(batch: Batch, ids: ReadonlySet<string>): Batch {
  const deliveries = batch.deliveries.filter((one) => !ids.has(one.position));
  return { ...batch, deliveries };
}

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
