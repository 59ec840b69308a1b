/** Between the reader and the handler: one batch ahead, and the batches that wait for another attempt. */
import { backoffMs, createBell } from "../../wait.ts";
import type { Delivery } from "../broker.ts";

export interface Batch {
  readonly deliveries: readonly Delivery[];
  /** From 1. */
  readonly attempt: number;
  /** By `performance.now`: a clock that is set back must not make it wait. */
  readonly dueAt: number;
}

export class BatchQueue {
  readonly #bell = createBell();
  #ahead: Batch | null = null;
  #retries: Batch[] = [];
  #paused = false;
  #closed = false;

  constructor(private readonly batchSize: number) {}

  /** False while a batch is ahead already, or too much waits for another attempt. */
  get hasRoom(): boolean {
    let waiting = 0;
    for (const { deliveries } of this.#retries) waiting += deliveries.length;
    return this.#ahead === null && waiting < 10 * this.batchSize;
  }

  put(deliveries: readonly Delivery[]): void {
    this.#ahead = { deliveries, attempt: 1, dueAt: 0 };
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
    if (this.#ahead) this.#ahead = nullIfEmpty(without(this.#ahead, ids));
    this.#retries = this.#retries.map((batch) => without(batch, ids))
      .filter((batch) => nullIfEmpty(batch));
    this.#bell.ring();
  }

  /** Resolves when something may have changed, or after `ms`. */
  changed = (ms: number): Promise<void> => this.#bell.wait(ms);

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
    const batch = this.#ahead;
    this.#ahead = null;
    return batch;
  }

  #waitMs(): number | undefined {
    if (this.#paused || this.#retries.length === 0) return undefined;
    const due = Math.min(...this.#retries.map(({ dueAt }) => dueAt));
    return Math.max(1, due - performance.now());
  }
}

/** The rest of a batch, which may be empty. */
export function without(batch: Batch, ids: ReadonlySet<string>): Batch {
  const deliveries = batch.deliveries.filter((one) => !ids.has(one.position));
  return { ...batch, deliveries };
}

const nullIfEmpty = (batch: Batch): Batch | null =>
  batch.deliveries.length > 0 ? batch : null;
