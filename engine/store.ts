/**
 * From messages to rows: decodes them, hands them to the actor, sets the latest values, narrows a failure
 * down, tries again, and makes dead letters of what cannot be helped. Outages are waited for.
 */
import type { Delivery } from "../broker/broker.ts";
import { backoffMs, sleep } from "../wait.ts";
import { type HandleContext, PermanentError, type Value } from "./actor.ts";
import { Control } from "./control.ts";
import {
  deadLetter,
  type DeadLetterLedger,
  type NewDeadLetter,
} from "./dead_letter.ts";
import { DecodeError } from "./envelope.ts";
import type { Handled, Handling } from "./handling.ts";
import { inDelivery } from "./delivery_spans.ts";
import type { Measures } from "./measures.ts";
import { type OutageOptions, Outages } from "./outages.ts";
import { inSpan } from "./spans.ts";
import { type EventTrace, newestTraces, type Stored } from "./trace.ts";

/** An event and the delivery that it came in. */
export interface Item extends Stored {
  readonly event: Handled;
}

/** An item that failed alone. */
interface Failure {
  readonly item: Item;
  readonly error: unknown;
}

export interface StoreOptions extends OutageOptions {
  readonly actor: Handling;
  readonly context: Omit<HandleContext, "signal">;
  /** Sets the latest values: of each symbol the newest, unless a newer one is known. */
  readonly setLatest: (values: readonly Value[]) => Promise<unknown>;
  /** Records where the newest values came from; never rejects. */
  readonly record: (traces: readonly EventTrace[]) => Promise<unknown>;
  /** Called with what the actor has stored, before it counts as handled. */
  readonly onStored?:
    | ((events: readonly Handled[]) => Promise<unknown>)
    | undefined;
  readonly deadLetters: Pick<DeadLetterLedger, "add" | "handled" | "known">;
  /** True if the error says that the event can never be stored. */
  readonly isBadData: (error: unknown) => boolean;
  readonly measures: Pick<Measures, "handle" | "publishToStored" | "retried">;
  /** Tries of one event before it becomes a dead letter. */
  readonly maxAttempts: number;
}

const retryBackoff = { baseMs: 100, maxMs: 2_000 };

export class Store {
  readonly outages: Outages;
  readonly #options: StoreOptions;
  readonly #control = new Control();

  constructor(options: StoreOptions) {
    this.#options = options;
    this.outages = new Outages(options);
  }

  /**
   * What cannot be decoded is a dead letter already when this resolves.
   * @param triedBefore how often one was delivered before
   */
  async decode(
    batch: readonly Delivery[],
    signal: AbortSignal,
    triedBefore: (delivery: Delivery) => number = () => 0,
  ): Promise<Item[]> {
    const { actor } = this.#options;
    const deliveredAt = Date.now();
    const items: Item[] = [];
    const refused: NewDeadLetter[] = [];
    for (const delivery of batch) {
      try {
        const event = actor.decode(delivery);
        if (event === null) continue;
        const tried = triedBefore(delivery);
        items.push({ delivery, event, deliveredAt, triedBefore: tried });
      } catch (error) {
        // An upgrade may throw anything: that too is an event which cannot be read.
        const reason = error instanceof DecodeError ? error.reason : "decode";
        refused.push(deadLetter(actor.name, reason, delivery, error, 1));
      }
    }
    if (refused.length) await this.bury(refused, signal);
    return items;
  }

  /**
   * Resolves when each item is stored or a dead letter; rejects only when told to stop.
   * @param onTaken called once the actor has taken all of them at once, if it does: it may be given others
   * then, so what fails after that rejects as well, and is to come again
   */
  async store(
    items: readonly Item[],
    signal: AbortSignal,
    onTaken?: () => void,
  ): Promise<void> {
    if (!items.length) return;
    const { actor } = this.#options;
    const store = () => this.#store(items, signal, onTaken);
    await inDelivery(actor.name, items, store);
  }

  async #store(
    items: readonly Item[],
    signal: AbortSignal,
    onTaken?: () => void,
  ): Promise<void> {
    let failures = await this.#handle(items, signal, 1, onTaken);
    for (let attempt = 1; failures.length; attempt++) {
      failures = await this.#buryHopeless(failures, attempt, signal);
      if (!failures.length) break;
      await sleep(backoffMs(attempt, retryBackoff), signal);
      const again = failures;
      failures = [];
      for (const { item } of again) {
        this.#options.measures.retried++;
        failures.push(...await this.#handle([item], signal, attempt + 1));
      }
    }
  }

  /** Handles a batch, halving it where it fails, until each failure stands alone. */
  async #handle(
    items: readonly Item[],
    signal: AbortSignal,
    attempt: number,
    onTaken?: () => void,
  ): Promise<Failure[]> {
    const { actor, record, deadLetters, onProgress, measures } = this.#options;
    let handedOn = false;
    try {
      const values = await this.outages.wait(
        () => this.#call(items, signal),
        signal,
        (error) => this.outages.isOutage(error),
      );
      const storedAt = Date.now();
      for (const { delivery } of items) {
        measures.publishToStored.observe((storedAt - delivery.storedAt) / 1000);
      }
      this.#control.passed(items);
      onProgress(0, 0);
      onTaken?.();
      handedOn = onTaken !== undefined;
      await Promise.all([
        this.#setLatest(values, signal),
        record(newestTraces(items, attempt)),
        this.#tellStored(items, signal),
      ]);
      const done = items.map((item) => item.delivery);
      await this.outages.wait(
        () => deadLetters.handled(actor.name, done),
        signal,
      );
      onProgress(items.length, 0);
      return [];
    } catch (error) {
      if (handedOn || signal.aborted || this.outages.isOutage(error)) {
        throw error;
      }
      onProgress(0, 0);
      if (
        this.outages.isTooSlow(error) &&
        await this.#waitedForServer(items, signal)
      ) {
        return await this.#handle(items, signal, attempt);
      }
      if (items.length === 1) return [{ item: items[0]!, error }];
      const half = items.length >> 1;
      return [
        ...await this.#handle(items.slice(0, half), signal, attempt),
        ...await this.#handle(items.slice(half), signal, attempt),
      ];
    }
  }

  /** One call of the handler. */
  async #call(
    items: readonly Item[],
    signal: AbortSignal,
  ): Promise<readonly Value[]> {
    const { actor, context, measures } = this.#options;
    const beganAt = performance.now();
    try {
      const events = items.map((item) => item.event);
      const attributes = { "messaging.batch.message_count": events.length };
      const handle = () => actor.handle(events, { ...context, signal });
      return await inSpan(`handle ${actor.name}`, { attributes }, handle);
    } finally {
      measures.handle.observe((performance.now() - beganAt) / 1000);
    }
  }

  async #tellStored(
    items: readonly Item[],
    signal: AbortSignal,
  ): Promise<void> {
    const { onStored } = this.#options;
    if (!onStored) return;
    const events = items.map((item) => item.event);
    await this.outages.wait(() => onStored(events), signal);
  }

  async #setLatest(
    values: readonly Value[],
    signal: AbortSignal,
  ): Promise<void> {
    const { actor, setLatest } = this.#options;
    const attributes = { "db.system.name": "redis" };
    await inSpan(
      `latest ${actor.name}`,
      { kind: "client", attributes },
      () => this.outages.wait(() => setLatest(values), signal),
    );
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
      attempt >= this.#options.maxAttempts || hopeless(error)
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
      await this.bury(letters, signal);
    }
    return failures.filter((failure) => !dead.includes(failure));
  }

  async bury(
    letters: readonly NewDeadLetter[],
    signal: AbortSignal,
  ): Promise<void> {
    const { deadLetters, onProgress, log } = this.#options;
    await this.outages.wait(() => deadLetters.add(letters), signal);
    onProgress(0, letters.length);
    const { reason, error } = letters[0]!;
    log.warn("dead letters", { count: letters.length, reason, error });
  }

  /** Looks whether the server itself is slow; true if it was, and is not any more. */
  async #waitedForServer(
    items: readonly Item[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { actor, deadLetters, onProgress, log } = this.#options;
    const count = items.length;
    log.warn("a statement took too long, and is narrowed down", { count });
    let tries = 0;
    const store = (items: readonly Item[]) => {
      onProgress(0, 0);
      return this.#call(items, signal);
    };
    const read = () => deadLetters.known(actor.name, []);
    await this.outages.wait(() => {
      tries++;
      return this.#control.check(store, read);
    }, signal);
    return tries > 1;
  }
}
