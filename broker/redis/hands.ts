/** Hands batches to the handler, strictly one after the other, so that the order of keys holds. */
import type { BatchHandler } from "../broker.ts";
import type { Batch, BatchQueue } from "./queue.ts";

export interface Hands {
  /** Ends when the queue is closed and the batch in hand is finished; never rejects. */
  run(): Promise<void>;
  /** These are another's now: aborts their handler, and does not try them again. */
  drop(ids: ReadonlySet<string>): void;
}

export function makeHands(
  handler: BatchHandler,
  queue: BatchQueue,
  acknowledge: (ids: readonly string[]) => void,
): Hands {
  let inHand: { batch: Batch; stop: AbortController } | null = null;

  const handOut = async (batch: Batch) => {
    const hand = inHand = { batch, stop: new AbortController() };
    try {
      await handler(batch.deliveries, hand.stop.signal);
      acknowledge(batch.deliveries.map((one) => one.position));
    } catch {
      queue.putBack(hand.batch);
    } finally {
      inHand = null;
    }
  };

  return {
    async run() {
      for (let batch; (batch = await queue.next());) await handOut(batch);
    },
    drop(ids) {
      if (!inHand) return;
      const { batch, stop } = inHand;
      const kept = batch.deliveries.filter((one) => !ids.has(one.position));
      if (kept.length === batch.deliveries.length) return;
      inHand.batch = { ...batch, deliveries: kept };
      stop.abort(new Error("another consumer has taken these messages over"));
    },
  };
}
