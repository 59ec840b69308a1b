/**
 * What happens to a batch between the broker and an actor's handler. It resolves when every event is
 * either in PostgreSQL or a dead letter, so that the broker may acknowledge the batch; it rejects
 * only when it is told to stop.
 */
import { setImmediate } from "node:timers";
import type { BatchHandler, Delivery } from "../broker/broker.ts";
import type { DeadLetterLedger } from "./dead_letter.ts";
import type { Actor, Observer } from "./actor.ts";
import { explain } from "./log.ts";
import type { Beat } from "./protocol.ts";
import { handlingOf } from "./handling.ts";
import { Store, type StoreOptions } from "./store.ts";
import { type Attempts, storeSuspects } from "./suspects.ts";

export interface ConsumerOptions
  extends Omit<StoreOptions, "actor" | "maxAttempts" | "deadLetters"> {
  readonly actor: Actor | Observer;
  readonly attempts: Attempts;
  readonly deadLetters: DeadLetterLedger;
}

/** Deliveries, or tries, of one event before it becomes a dead letter. */
const maxAttempts = 5;
/** Events in one call of the handler: large enough that a statement's own cost is nothing. */
const partSize = 1_000;
/** Lets what was written to a socket leave before this thread is busy again. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The handler to subscribe with. */
export function createConsumer(given: ConsumerOptions): BatchHandler {
  const options = { ...given, actor: handlingOf(given.actor), maxAttempts };
  const store = new Store(options);
  return async (batch, signal) => {
    const suspects = batch.filter((delivery) => delivery.redelivered);
    const fresh = suspects.length
      ? batch.filter((delivery) => !delivery.redelivered)
      : batch;
    try {
      if (suspects.length) {
        await storeSuspects(suspects, store, options, signal);
      }
      if (fresh.length) await storeFresh(fresh, store, signal);
    } catch (error) {
      // A broker only tries again: what keeps a batch from being finished is said here or nowhere.
      if (!signal.aborted) {
        const fields = { error: explain(error) };
        options.log.warn("a batch could not be finished", fields);
      }
      throw error;
    }
  };
}

/** In parts: while PostgreSQL stores one, the next one is decoded. */
async function storeFresh(
  fresh: readonly Delivery[],
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  let items = await store.decode(fresh.slice(0, partSize), signal);
  for (let next = partSize; items.length || next < fresh.length;) {
    const storing = store.store(items, signal);
    storing.catch(() => {}); // awaited below, if nothing else ends this first
    await turn();
    items = await store.decode(fresh.slice(next, next += partSize), signal);
    await storing;
  }
}

/** What an isolate has done, and whether its handler still gets on: the content of its heartbeats. */
export interface Progress {
  /** Called by the consumer at every step forward. */
  made(handled: number, deadLettered: number): void;
  /** Called with what a batch waits for, again and again; null once it is there. */
  waits(reason: string | null): void;
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
  let handledAt: number | null = null;
  let waiting: { readonly reason: string; readonly since: number } | null =
    null;
  return {
    made(some, dead) {
      handled += some;
      deadLettered += dead;
      movedAt = now();
      if (some || dead) handledAt = movedAt;
    },
    waits(reason) {
      const since = waiting?.since ?? now();
      waiting = reason === null ? null : { reason, since };
    },
    around: (handler) => async (batch, signal) => {
      if (inHand++ === 0) movedAt = now();
      try {
        await handler(batch, signal);
      } finally {
        inHand--;
        movedAt = now();
        waiting = null;
      }
    },
    beat: (lastReadAt) => ({
      handled,
      dead_lettered: deadLettered,
      last_read_at: lastReadAt || null,
      stalled_ms: inHand ? Math.round(now() - movedAt) : 0,
      in_hand: inHand > 0,
      handled_age_ms: handledAt === null ? null : Math.round(now() - handledAt),
      waiting: waiting && {
        reason: waiting.reason,
        ms: Math.round(now() - waiting.since),
      },
    }),
  };
}
