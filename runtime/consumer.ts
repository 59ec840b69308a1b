/**
 * What happens to a batch between the broker and an actor's handler: decode, handle, narrow down,
 * retry, dead letter. It resolves when every event is either in PostgreSQL or a dead letter, so
 * that the broker may acknowledge the batch; it rejects only when it is told to stop.
 */
import { setImmediate } from "node:timers";
import type { BatchHandler, Delivery } from "../broker/broker.ts";
import type { Actor, HandleContext, Log, SignalEvent } from "./actor.ts";
import { PermanentError } from "./actor.ts";
import { backoffMs, patiently, sleep } from "./backoff.ts";
import type { DeadLetterStore, NewDeadLetter } from "../db/dead_letters.ts";
import { deadLetter } from "./dead_letter.ts";
import { decode, DecodeError } from "./envelope.ts";
import { explain } from "./log.ts";

/** An event and the delivery that it came in. */
export interface Item {
  readonly delivery: Delivery;
  readonly event: SignalEvent<Record<string, unknown>>;
}

/** An item that failed alone. */
interface Failure {
  readonly item: Item;
  readonly error: unknown;
}

/** Counts deliveries of events that may have killed their isolate; kept across crashes. */
export interface Attempts {
  /** How often each was delivered again so far; 0 for those not known. */
  of(positions: readonly string[]): Promise<Map<string, number>>;
  /** Counts one more, before the handler runs. */
  count(positions: readonly string[]): Promise<unknown>;
  clear(positions: readonly string[]): Promise<void>;
}

export interface ConsumerOptions {
  readonly actor: Actor;
  readonly context: Omit<HandleContext, "signal">;
  readonly attempts: Attempts;
  readonly deadLetters: Pick<DeadLetterStore, "add" | "known">;
  /** True if the error says that a server cannot be reached: waits, however long, and counts nothing. */
  readonly isUnavailable: (error: unknown) => boolean;
  /** True if the error says that the event can never be stored. */
  readonly isBadData: (error: unknown) => boolean;
  /** Called whenever there was progress: the supervisor ends an isolate that makes none. */
  readonly onProgress: (handled: number, deadLettered: number) => void;
  readonly log: Log;
  /** Deliveries of one event before it becomes a dead letter; 5 unless told. */
  readonly maxAttempts?: number;
}

/** Events in one call of the handler: large enough that a statement's own cost is nothing. */
const partSize = 1_000;
/** Lets what was written to a socket leave before this thread is busy again. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const retryBackoff = { baseMs: 100, maxMs: 2_000 };

/** The handler to subscribe with. */
export function createConsumer(options: ConsumerOptions): BatchHandler {
  const consumer = new Consumer(options);
  return async (batch, signal) => {
    try {
      await consumer.take(batch, signal);
    } catch (error) {
      // A broker only tries again: what keeps a batch from being finished is said here or nowhere.
      if (!signal.aborted) {
        options.log.warn("a batch could not be finished", {
          error: explain(error),
        });
      }
      throw error;
    }
  };
}

class Consumer {
  readonly #options: ConsumerOptions;
  readonly #maxAttempts: number;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#maxAttempts = options.maxAttempts ?? 5;
  }

  async take(batch: readonly Delivery[], signal: AbortSignal): Promise<void> {
    const suspects = batch.filter((delivery) => delivery.redelivered);
    if (suspects.length) await this.#takeSuspects(suspects, signal);
    const fresh = suspects.length
      ? batch.filter((delivery) => !delivery.redelivered)
      : batch;
    if (fresh.length) await this.#takeFresh(fresh, signal);
  }

  /** In parts: while PostgreSQL stores one, the next one is decoded. */
  async #takeFresh(
    fresh: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<void> {
    let items = await this.#decode(fresh.slice(0, partSize), signal);
    for (let next = partSize; items.length || next < fresh.length;) {
      const storing = this.#process(items, signal);
      storing.catch(() => {}); // awaited below, if nothing else ends this first
      await turn();
      items = await this.#decode(fresh.slice(next, next += partSize), signal);
      await storing;
    }
  }

  /**
   * One of these may have killed its isolate. Each time they come back they are handled in smaller
   * groups, counted before the handler runs, so that the killer ends up alone and its neighbours do
   * not become dead letters with it. The least suspect go first: they need not wait for its end.
   */
  async #takeSuspects(
    suspects: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<void> {
    const { actor, attempts } = this.#options;
    const open = await this.#withoutDead(suspects, signal);
    const counts = await this.#patiently(
      () => attempts.of(positionsOf(open)),
      signal,
    );
    const countOf = (delivery: Delivery) => counts.get(delivery.position) ?? 0;
    const killers = open.filter((delivery) =>
      countOf(delivery) >= this.#maxAttempts - 1
    );
    if (killers.length) {
      const error = new Error(
        `its isolate died each of the ${this.#maxAttempts} times that it was handled`,
      );
      const letters = killers.map((delivery) =>
        deadLetter(
          actor.name,
          "killed-its-isolate",
          delivery,
          error,
          this.#maxAttempts,
        )
      );
      await this.#bury(letters, signal);
    }
    const rest = open.filter((delivery) => !killers.includes(delivery))
      .sort((a, b) => countOf(a) - countOf(b));
    for (const group of suspectGroups(rest, countOf)) {
      const positions = positionsOf(group);
      await this.#patiently(() => attempts.count(positions), signal);
      await this.#process(await this.#decode(group, signal), signal);
      // At once: a killer further on brings the whole batch back, and these are innocent.
      await this.#patiently(() => attempts.clear(positions), signal);
    }
    await this.#patiently(() => attempts.clear(positionsOf(killers)), signal);
  }

  /**
   * What is a dead letter already stays one: a batch that comes back, or a group that reads everything
   * again, must neither store it as well nor let it kill again.
   */
  async #withoutDead(
    deliveries: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<Delivery[]> {
    const { actor, deadLetters } = this.#options;
    const dead = await this.#patiently(
      () => deadLetters.known(actor.name, positionsOf(deliveries)),
      signal,
    );
    return deliveries.filter(({ position }) => !dead.has(position));
  }

  async #process(items: readonly Item[], signal: AbortSignal): Promise<void> {
    let failures = items.length ? await this.#handle(items, signal) : [];
    for (let attempt = 1; failures.length; attempt++) {
      failures = await this.#buryHopeless(failures, attempt, signal);
      if (!failures.length) break;
      await sleep(backoffMs(attempt, retryBackoff), signal);
      const again = failures;
      failures = [];
      for (const { item } of again) {
        failures.push(...await this.#handle([item], signal));
      }
    }
  }

  async #decode(
    batch: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<Item[]> {
    const { actor } = this.#options;
    const items: Item[] = [];
    const refused: NewDeadLetter[] = [];
    for (const delivery of batch) {
      try {
        items.push({ delivery, event: decode(actor, delivery) });
      } catch (error) {
        // An upgrade may throw anything: that too is an event which cannot be read.
        const reason = error instanceof DecodeError ? error.reason : "decode";
        refused.push(deadLetter(actor.name, reason, delivery, error, 1));
      }
    }
    if (refused.length) await this.#bury(refused, signal);
    return items;
  }

  /** Handles a batch, halving it where it fails, until each failure stands alone. */
  async #handle(
    items: readonly Item[],
    signal: AbortSignal,
  ): Promise<Failure[]> {
    const { actor, context, isUnavailable, onProgress } = this.#options;
    try {
      const events = items.map((item) => item.event);
      await this.#patiently(
        () => actor.handle(events, { ...context, signal }),
        signal,
      );
      onProgress(items.length, 0);
      return [];
    } catch (error) {
      if (signal.aborted || isUnavailable(error)) throw error;
      onProgress(0, 0);
      if (items.length === 1) return [{ item: items[0]!, error }];
      const half = items.length >> 1;
      return [
        ...await this.#handle(items.slice(0, half), signal),
        ...await this.#handle(items.slice(half), signal),
      ];
    }
  }

  /** Makes dead letters of what no retry helps, or of what was tried often enough; returns the others. */
  async #buryHopeless(
    failures: Failure[],
    attempt: number,
    signal: AbortSignal,
  ): Promise<Failure[]> {
    const { actor, isBadData } = this.#options;
    const hopeless = (error: unknown) =>
      error instanceof PermanentError || isBadData(error);
    const dead = failures.filter(({ error }) =>
      attempt >= this.#maxAttempts || hopeless(error)
    );
    if (dead.length) {
      const letters = dead.map(({ item, error }) =>
        deadLetter(
          actor.name,
          hopeless(error) ? "permanent" : "retries-exhausted",
          item.delivery,
          error,
          attempt,
        )
      );
      await this.#bury(letters, signal);
    }
    return failures.filter((failure) => !dead.includes(failure));
  }

  async #bury(
    letters: readonly NewDeadLetter[],
    signal: AbortSignal,
  ): Promise<void> {
    const { deadLetters, onProgress, log } = this.#options;
    await this.#patiently(() => deadLetters.add(letters), signal);
    onProgress(0, letters.length);
    const { reason, error } = letters[0]!;
    log.warn("dead letters", { count: letters.length, reason, error });
  }

  /** An outage is nobody's poison: it is waited for, and counts as progress. */
  #patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { isUnavailable, onProgress, log } = this.#options;
    const onWait = (error: unknown, attempt: number) => {
      if (attempt === 1) {
        log.warn("waiting for a server", { error: explain(error) });
      }
      onProgress(0, 0);
    };
    return patiently(work, { isUnavailable, onWait, signal });
  }
}

/** Those delivered again for the first time in groups of 64, then of 8, then alone. */
function suspectGroups(
  suspects: readonly Delivery[],
  countOf: (delivery: Delivery) => number,
): Delivery[][] {
  const groups: Delivery[][] = [];
  let open: { size: number; group: Delivery[] } | undefined;
  for (const delivery of suspects) {
    const size = [64, 8][countOf(delivery)] ?? 1;
    if (!open || open.size !== size || open.group.length >= size) {
      open = { size, group: [] };
      groups.push(open.group);
    }
    open.group.push(delivery);
  }
  return groups;
}

function positionsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ position }) => position);
}
