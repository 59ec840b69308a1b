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
import { handlesAtOnce, handlingOf } from "./handling.ts";
import { Store, type StoreOptions } from "./store.ts";
import { type Attempts, LaterError, storeSuspects } from "./suspects.ts";

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
  const actor = handlingOf(given.actor);
  const atOnce = handlesAtOnce(given.actor);
  const deferred = new Set<string>();
  const options = { ...given, actor, maxAttempts, deferred };
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
      if (fresh.length) await storeFresh(fresh, store, atOnce, signal);
    } catch (error) {
      // A broker only tries again: what keeps a batch from being finished is said here or nowhere.
      if (!signal.aborted && !(error instanceof LaterError)) {
        const fields = { error: explain(error) };
        options.log.warn("a batch could not be finished", fields);
      }
      throw error;
    }
  };
}

/**
 * In parts: while PostgreSQL takes one, the next one is decoded, and what follows the one before, its latest
 * values for one, is done. The actor has so many parts at once as it says.
 */
async function storeFresh(
  fresh: readonly Delivery[],
  store: Store,
  atOnce: number,
  signal: AbortSignal,
): Promise<void> {
  const parts: Promise<void>[] = [];
  const taken: Promise<void>[] = [];
  try {
    let items = await store.decode(fresh.slice(0, partSize), signal);
    for (let next = partSize; items.length || next < fresh.length;) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onTaken = next < fresh.length ? resolve : undefined;
      const storing = store.store(items, signal, onTaken);
      storing.then(resolve, reject);
      promise.catch(() => {}); // awaited below, unless something else fails
      taken.push(promise);
      parts.push(storing);
      await turn();
      items = await store.decode(fresh.slice(next, next += partSize), signal);
      await taken.at(-atOnce);
    }
  } finally {
    // Nothing of a batch goes on once it is given back.
    await Promise.allSettled(parts);
  }
  await Promise.all(parts);
}

/** What an isolate has done, and whether its handlers still get on: the content of its heartbeats. */
export interface Progress {
  /**
   * One more handler, watched by itself: a replay that gets on must not hide that the live one hangs. The
   * first is the live one.
   */
  handler(): HandlerProgress;
  /** `lastReadAt` in ms since 1970, 0 before the first read. */
  beat(lastReadAt: number): Beat;
}

export interface HandlerProgress {
  /** Called by the consumer at every step forward. */
  made(handled: number, deadLettered: number): void;
  /** Called with what a batch waits for, again and again; null once it is there. */
  waits(reason: string | null): void;
  /** A handler during whose batches standing still counts as stalling. */
  around(handler: BatchHandler): BatchHandler;
}

interface Handling {
  movedAt: number;
  waiting: { readonly reason: string; readonly since: number } | null;
}

/** By a clock that nobody sets: one that jumps must not end an isolate. */
export function trackProgress(
  now: () => number = () => performance.now(),
): Progress {
  let handled = 0;
  let deadLettered = 0;
  let live: Handling | undefined;
  let handledAt: number | null = null;
  /** Those that have a batch. */
  const busy = new Set<Handling>();

  function handler(): HandlerProgress {
    const own: Handling = { movedAt: now(), waiting: null };
    live ??= own;
    let inHand = 0;
    return {
      made(some, dead) {
        handled += some;
        deadLettered += dead;
        own.movedAt = now();
        if (own === live && (some || dead)) handledAt = own.movedAt;
      },
      waits(reason) {
        const since = own.waiting?.since ?? now();
        own.waiting = reason === null ? null : { reason, since };
      },
      around: (handler) => async (batch, signal) => {
        if (inHand++ === 0) own.movedAt = now();
        busy.add(own);
        try {
          await handler(batch, signal);
        } finally {
          own.movedAt = now();
          own.waiting = null;
          if (--inHand === 0) busy.delete(own);
        }
      },
    };
  }

  function beat(lastReadAt: number): Beat {
    const since = (at: number) => Math.round(now() - at);
    const all = [...busy];
    const waiting = all.map((one) => one.waiting)
      .filter((one) => one !== null)
      .toSorted((a, b) => a.since - b.since)[0];
    return {
      handled,
      dead_lettered: deadLettered,
      last_read_at: lastReadAt || null,
      stalled_ms: Math.max(0, ...all.map(({ movedAt }) => since(movedAt))),
      in_hand: all.length > 0,
      handled_age_ms: handledAt === null ? null : since(handledAt),
      waiting: waiting
        ? { reason: waiting.reason, ms: since(waiting.since) }
        : null,
    };
  }

  return { handler, beat };
}
