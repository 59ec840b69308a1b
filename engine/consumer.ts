/**
 * What happens to a batch between the broker and an actor's handler. It resolves when every event is
 * either in PostgreSQL or a dead letter, so that the broker may acknowledge the batch; it rejects
 * only when it is told to stop.
 */
import { setImmediate } from "node:timers";
import type { BatchHandler, Delivery } from "../broker/broker.ts";
import type { DeadLetterStore } from "../db/dead_letters.ts";
import { deadLetter } from "./dead_letter.ts";
import { explain } from "./log.ts";
import { Storing, type StoringOptions } from "./store.ts";

/** Counts deliveries of events that may have killed their isolate; kept across crashes. */
export interface Attempts {
  /** How often each was delivered again so far; 0 for those not known. */
  of(positions: readonly string[]): Promise<Map<string, number>>;
  /** Counts one more, before the handler runs. */
  count(positions: readonly string[]): Promise<unknown>;
  clear(positions: readonly string[]): Promise<void>;
}

export interface ConsumerOptions
  extends Omit<StoringOptions, "maxAttempts" | "deadLetters"> {
  readonly attempts: Attempts;
  readonly deadLetters: Pick<DeadLetterStore, "add" | "known">;
  /** Deliveries of one event before it becomes a dead letter; 5 unless told. */
  readonly maxAttempts?: number;
}

/** Events in one call of the handler: large enough that a statement's own cost is nothing. */
const partSize = 1_000;
/** Lets what was written to a socket leave before this thread is busy again. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

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
  readonly #storing: Storing;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#maxAttempts = options.maxAttempts ?? 5;
    this.#storing = new Storing({ ...options, maxAttempts: this.#maxAttempts });
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
    let items = await this.#storing.decode(fresh.slice(0, partSize), signal);
    for (let next = partSize; items.length || next < fresh.length;) {
      const storing = this.#storing.store(items, signal);
      storing.catch(() => {}); // awaited below, if nothing else ends this first
      await turn();
      items = await this.#storing.decode(
        fresh.slice(next, next += partSize),
        signal,
      );
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
    const counts = await this.#storing.patiently(
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
      await this.#storing.bury(letters, signal);
    }
    const rest = open.filter((delivery) => !killers.includes(delivery))
      .sort((a, b) => countOf(a) - countOf(b));
    for (const group of suspectGroups(rest, countOf)) {
      const positions = positionsOf(group);
      await this.#storing.patiently(() => attempts.count(positions), signal);
      await this.#storing.store(
        await this.#storing.decode(group, signal),
        signal,
      );
      // At once: a killer further on brings the whole batch back, and these are innocent.
      await this.#storing.patiently(() => attempts.clear(positions), signal);
    }
    await this.#storing.patiently(
      () => attempts.clear(positionsOf(killers)),
      signal,
    );
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
    const dead = await this.#storing.patiently(
      () => deadLetters.known(actor.name, positionsOf(deliveries)),
      signal,
    );
    return deliveries.filter(({ position }) => !dead.has(position));
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
