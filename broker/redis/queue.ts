/** Between the reader and the handler: one batch ahead, and the batches that wait for another attempt. */
import type { Delivery } from "../broker.ts";
import { createBell } from "../../wait.ts";
import { retryDelay } from "../retry_delay.ts";

export interface Batch {
  deliveries: readonly Delivery[];
  /** From 1. */
  readonly attempt: number;
  /** By `performance.now`: a clock that is set back must not make it wait. */
  readonly dueAt: number;
}

export interface BatchQueue {
  /** False while a batch is ahead already, or too much waits for another attempt. */
  readonly hasRoom: boolean;
  put(deliveries: readonly Delivery[]): void;
  /** The next batch, as soon as there is one; null once the queue is closed. */
  next(): Promise<Batch | null>;
  /** Takes a batch back; it is handed out again after a while, and others before it. */
  putBack(batch: Batch): void;
  /** Hands these out no more. */
  drop(ids: ReadonlySet<string>): void;
  /** Resolves when something may have changed, or after `ms`. */
  changed(ms: number): Promise<void>;
  pause(): void;
  resume(): void;
  close(): void;
}

export function makeQueue(batchSize: number): BatchQueue {
  const bell = createBell();
  let ahead: Batch | null = null;
  let retries: Batch[] = [];
  let paused = false;
  let closed = false;

  const take = (): Batch | null => {
    const now = performance.now();
    const due = retries.findIndex((batch) => batch.dueAt <= now);
    if (due >= 0) return retries.splice(due, 1)[0]!;
    const batch = ahead;
    ahead = null;
    return batch;
  };
  const waitMs = (): number | undefined =>
    paused || retries.length === 0 ? undefined : Math.max(
      1,
      Math.min(...retries.map((b) => b.dueAt)) - performance.now(),
    );

  return {
    get hasRoom() {
      const waiting = retries.reduce((sum, b) => sum + b.deliveries.length, 0);
      return ahead === null && waiting < 10 * batchSize;
    },
    put(deliveries) {
      ahead = { deliveries, attempt: 1, dueAt: 0 };
      bell.ring();
    },
    async next() {
      while (!closed) {
        const batch = paused ? null : take();
        if (batch) {
          bell.ring();
          return batch;
        }
        await bell.wait(waitMs());
      }
      return null;
    },
    putBack({ deliveries, attempt }) {
      if (deliveries.length === 0) return;
      retries.push({
        deliveries: deliveries.map((one) => ({ ...one, redelivered: true })),
        attempt: attempt + 1,
        dueAt: performance.now() + retryDelay(attempt),
      });
    },
    drop(ids) {
      if (ahead) ahead = without(ahead, ids);
      retries = retries.map((batch) => without(batch, ids))
        .filter((batch) => batch !== null);
      bell.ring();
    },
    changed: (ms) => bell.wait(ms),
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      bell.ring();
    },
    close: () => {
      closed = true;
      bell.ring();
    },
  };
}

function without(batch: Batch, ids: ReadonlySet<string>): Batch | null {
  const deliveries = batch.deliveries.filter((one) => !ids.has(one.position));
  return deliveries.length > 0 ? { ...batch, deliveries } : null;
}
