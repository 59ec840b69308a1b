/**
 * The schedule of one actor: `Deno.cron` says when, PostgreSQL says who. A slot is claimed by one
 * host, is tried again until the next one is due, and is caught up once after a downtime.
 */
import { type Backoff, backoffMs, sleep } from "../wait.ts";
import type { Slots } from "./cron.ts";
import type { Log } from "./actor.ts";
import { explain } from "./log.ts";
import type { ListResult } from "./scan_list.ts";
import type { ScheduleStatus } from "./status.ts";

/** The ledger of slots, shared by all hosts. */
export interface SlotLedger {
  claim(slot: Date, leaseMs: number): Promise<boolean>;
  renew(slot: Date, leaseMs: number): Promise<boolean>;
  complete(slot: Date): Promise<unknown>;
  /** Gives it back; without an error if nothing failed. */
  fail(slot: Date, error: string | null): Promise<unknown>;
  status(): Promise<{ lastCompleted: Date | null; lastError: string | null }>;
}

export interface ScheduleOptions {
  readonly actor: string;
  readonly slots: Slots;
  readonly marketHours: boolean;
  readonly ledger: SlotLedger;
  /** Scans what is still to be scanned for the slot, or, without one, what failed and may be tried again. */
  readonly scan: (
    slot: Date | null,
    signal: AbortSignal,
  ) => Promise<ListResult>;
  /** Why not to scan now, for people; null if nothing speaks against it. */
  readonly obstacle: () => Promise<string | null>;
  /** True while the schedule of an actor with `marketHours` rests. */
  readonly marketClosed: (now: Date) => boolean;
  /** When the market opens next; a schedule that rests scans no sooner. */
  readonly nextOpen: (now: Date) => Date;
  readonly log: Log;
  readonly now?: () => Date;
  /** Milliseconds between looks besides those of `Deno.cron`. */
  readonly lookEveryMs?: number;
  /** The first and the longest wait before a slot is tried again, in milliseconds. */
  readonly retry?: Backoff;
}

/** What a schedule knows by itself. */
export type SlotStatus = Omit<
  ScheduleStatus,
  "last_scanned" | "effective_every_ms" | "quota"
>;

/** Why a schedule with market hours rests. */
export const marketRests = "the market is closed";

/** Thrown by a scan that was interrupted: nothing failed, and the slot goes on later, maybe elsewhere. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

const leaseMs = 30_000;
/** Catches what no tick tells: a winner that died, a slot that came while the host slept. */
export const lookEveryMs = 15_000;

/** How far the clocks of hosts may differ; db/schedules.ts allows as much. */
const mostAheadMs = 120_000;

export class Schedule {
  readonly #options: Required<ScheduleOptions>;
  readonly #stopping = new AbortController();
  readonly #cron: Promise<void>;
  readonly #looking: ReturnType<typeof setInterval>;
  #waiting: string | null = null;
  #lastCompleted: Date | null = null;
  #lastError: string | null = null;
  /** In a row, also over several slots, and until when nothing is tried. */
  #failures = 0;
  #restsUntil = 0;
  /** Since when it has had no reason to wait. */
  #activeSince: Date | null = null;
  #turn: Promise<void> | undefined;

  /** Starts at once; a slot that is due is caught up. */
  constructor(options: ScheduleOptions) {
    const { actor, slots } = options;
    this.#options = {
      now: () => new Date(),
      lookEveryMs,
      retry: { baseMs: 1_000, maxMs: 300_000 },
      ...options,
    };
    const { signal } = this.#stopping;
    const rules = { signal, backoffSchedule: [] };
    // Ticks that come while a slot is worked on find it in `#turn`; an exception would be retried by Deno.
    const tick = () => void this.tick();
    this.#cron = Deno.cron(`signalbox ${actor}`, slots.expression, rules, tick);
    this.#looking = setInterval(tick, this.#options.lookEveryMs);
    tick();
  }

  /** Looks whether a slot is due and unclaimed, and scans if so. Resolves when there is nothing left to do. */
  tick(): Promise<void> {
    return this.#turn ??= this.#lookOn().finally(() => this.#turn = undefined);
  }

  /** A slot that came due while another was worked on is not left for the next tick. */
  async #lookOn(): Promise<void> {
    while (await this.#look());
  }

  /** Since when nothing has kept it from scanning; null while something does. */
  get activeSince(): Date | null {
    return this.#activeSince;
  }

  status(): SlotStatus {
    const { slots, marketHours, now } = this.#options;
    const next = this.#next(now());
    const after = next && slots.next(next);
    return {
      cron: slots.expression,
      market_hours: marketHours,
      next: next?.toISOString() ?? null,
      every_ms: next && after && after.getTime() - next.getTime(),
      last_completed: this.#lastCompleted?.toISOString() ?? null,
      waiting: this.#waiting,
      last_error: this.#lastError,
    };
  }

  /** The slot that is scanned next: none before the market opens. */
  #next(now: Date): Date | null {
    const { slots, marketHours, marketClosed, nextOpen } = this.#options;
    const rests = marketHours && this.#lastCompleted && marketClosed(now);
    if (!rests) return slots.next(now);
    // A slot at the opening itself counts: `next` looks for what is later.
    return slots.next(new Date(nextOpen(now).getTime() - 1));
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    this.#stopping.abort(new Error("the schedule is stopping"));
    await Promise.all([this.#turn, this.#cron]);
  }

  /** True if there is more to do at once. */
  async #look(): Promise<boolean> {
    const { ledger, slots, now, log } = this.#options;
    try {
      const status = await ledger.status();
      this.#lastCompleted = status.lastCompleted;
      this.#lastError = status.lastError;
      const due = slots.last(now());
      const reason = await this.#reasonToWait();
      this.#activeSince = reason ? null : this.#activeSince ?? now();
      const isDone = !due || this.#isDone(due);
      this.#waiting = isDone ? null : reason;
      if (reason || now().getTime() < this.#restsUntil) return false;
      if (isDone) {
        await this.#retry();
        return false;
      }
      if (!await ledger.claim(due, leaseMs)) return false;
      return await this.#work(due) && slots.last(now())! > due;
    } catch (error) {
      if (this.#stopping.signal.aborted) return false;
      const fields = { error: explain(error) };
      log.warn("the schedule could not be looked up", fields);
      return false;
    }
  }

  /** What was completed in the future was so by a clock that ran ahead: the ledger decides then. */
  #isDone(due: Date): boolean {
    const last = this.#lastCompleted;
    if (!last || last < due) return false;
    return last.getTime() <= this.#options.now().getTime() + mostAheadMs;
  }

  /** An actor that has never scanned does so once even while the market is closed: its page is not empty. */
  async #reasonToWait(): Promise<string | null> {
    const { marketHours, marketClosed, now, obstacle } = this.#options;
    if (marketHours && this.#lastCompleted && marketClosed(now())) {
      return marketRests;
    }
    return await obstacle();
  }

  /** What failed is tried again between the slots. */
  async #retry(): Promise<void> {
    const failure = await this.#scan(null, this.#stopping.signal);
    if (failure) this.#rest(failure);
  }

  /**
   * Scans until it succeeds, or until the next slot is due: that one is then the one to catch up. True if it
   * succeeded.
   */
  async #work(slot: Date): Promise<boolean> {
    const { ledger } = this.#options;
    const lost = new AbortController();
    const renew = async () => {
      if (await ledger.renew(slot, leaseMs)) return;
      lost.abort(new InterruptedError("another host has taken the slot over"));
    };
    const renewal = setInterval(
      () => void renew().catch(() => {}), // the next turn, or the lease's end
      leaseMs / 3,
    );
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal]);
    try {
      for (;;) {
        const failure = await this.#scan(slot, signal);
        if (failure === null) {
          await this.#complete(slot);
          return true;
        }
        if (failure === undefined || !await this.#mayRetry(slot, failure)) {
          await ledger.fail(slot, failure ?? null);
          return false;
        }
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** Why the scan has failed as a whole; null if it has not; undefined if it was interrupted. */
  async #scan(
    slot: Date | null,
    signal: AbortSignal,
  ): Promise<string | null | undefined> {
    try {
      await this.#options.scan(slot, signal);
      this.#failures = 0;
      return null;
    } catch (error) {
      return error instanceof InterruptedError ? undefined : explain(error);
    }
  }

  async #complete(slot: Date): Promise<void> {
    await this.#options.ledger.complete(slot);
    this.#lastCompleted = slot;
    this.#lastError = null;
  }

  /** Waits for the next try; false if the next slot comes first, or the schedule ends. */
  async #mayRetry(slot: Date, error: string): Promise<boolean> {
    const { slots, now } = this.#options;
    const { signal } = this.#stopping;
    const waitMs = this.#rest(error);
    const next = slots.next(slot);
    if (next && now().getTime() + waitMs >= next.getTime()) return false;
    await sleep(waitMs, signal).catch(() => {});
    return !signal.aborted;
  }

  /** Notes a failure, told once for as long as it is the same; returns for how long to rest, in ms. */
  #rest(error: string): number {
    const { retry, log, now } = this.#options;
    const attempt = ++this.#failures;
    if (error !== this.#lastError) {
      log.warn("a scan failed", { attempt, error });
    }
    this.#lastError = error;
    const waitMs = backoffMs(attempt, retry);
    this.#restsUntil = now().getTime() + waitMs;
    return waitMs;
  }
}
