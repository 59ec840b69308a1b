/** What an isolate has done, and whether its handler still gets on: the content of its heartbeats. */
import type { BatchHandler } from "../broker/broker.ts";
import type { Beat } from "./protocol.ts";

export interface Progress {
  /** Called by the consumer at every step forward. */
  made(handled: number, deadLettered: number): void;
  /** A handler during whose batches standing still counts as stalling. */
  around(handler: BatchHandler): BatchHandler;
  /** `lastReadAt` in ms since 1970, 0 before the first read. */
  beat(lastReadAt: number): Beat;
}

/** By a clock that nobody sets: one that jumps must not end an isolate. */
export function trackProgress(
  now: () => number = () => performance.now(),
): Progress {
  let handled = 0;
  let deadLettered = 0;
  let inHand = 0;
  let movedAt = now();
  return {
    made(some, dead) {
      handled += some;
      deadLettered += dead;
      movedAt = now();
    },
    around: (handler) => async (batch, signal) => {
      if (inHand++ === 0) movedAt = now();
      try {
        await handler(batch, signal);
      } finally {
        inHand--;
        movedAt = now();
      }
    },
    beat: (lastReadAt) => ({
      handled,
      dead_lettered: deadLettered,
      last_read_at: lastReadAt || null,
      stalled_ms: inHand ? Math.round(now() - movedAt) : 0,
    }),
  };
}
