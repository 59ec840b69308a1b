/**
 * The schedule of one actor: `Deno.cron` says when, PostgreSQL says who. A slot is claimed by one
 * host, is tried again until the next one is due, and is caught up once after a downtime.
 */
import { type Backoff, backoffMs, sleep } from "../wait.ts";
import type { Slots } from "./cron.ts";
import type { Log } from "./actor.ts";
import { explain } from "./log.ts";
import type { ScanResult, ScheduleStatus } from "./status.ts";

/** The ledger of slots, shared by all hosts. */
export interface SlotLedger {
  claim(slot: Date, leaseMs: number): Promise<boolean>;
  renew(slot: Date, leaseMs: number): Promise<boolean>;
  complete(slot: Date): Promise<unknown>;
  fail(slot: Date, error: string): Promise<unknown>;
  status(): Promise<{ lastCompleted: Date | null; lastError: string | null }>;
}

export interface ScheduleOptions {
  readonly actor: string;
  readonly slots: Slots;
  readonly marketHours: boolean;
  readonly ledger: SlotLedger;
  /** Scans the watchlist; resolves to how that went, and of how many symbols. */
  readonly scan: () => Promise<ScanResult & { readonly symbols: number }>;
  /** Why not to scan now, for people; null if nothing speaks against it. */
  readonly obstacle: () => Promise<string | null>;
  /** True while the schedule of an actor with `marketHours` rests. */
  readonly marketClosed: (now: Date) => boolean;
  readonly log: Log;
  readonly now?: () => Date;
  /** The first and the longest wait before a slot is tried again, in milliseconds. */
  readonly retry?: Backoff;
}

/** Why a schedule with market hours rests. */
export const marketRests = "the market is closed";

const leaseMs = 30_000;
/** Catches what no tick tells: a winner that died, a slot that came while the host slept. */
const lookEveryMs = 15_000;

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
  #turn: Promise<void> | undefined;

  /** Starts at once; a slot that is due is caught up. */
  constructor(options: ScheduleOptions) {
    const { actor, slots } = options;
    this.#options = {
      now: () => new Date(),
      retry: { baseMs: 1_000, maxMs: 300_000 },
      ...options,
    };
    const { signal } = this.#stopping;
    const rules = { signal, backoffSchedule: [] };
    // Ticks that come while a slot is worked on find it in `#turn`; an exception would be retried by Deno.
    const tick = () => void this.tick();
    this.#cron = Deno.cron(`signalbox ${actor}`, slots.expression, rules, tick);
    this.#looking = setInterval(tick, lookEveryMs);
    tick();
  }

  /** Looks whether a slot is due and unclaimed, and scans if so. Resolves when there is nothing left to do. */
  tick(): Promise<void> {
    return this.#turn ??= this.#look().finally(() => this.#turn = undefined);
  }

  status(): ScheduleStatus {
    const { slots, marketHours, now } = this.#options;
    return {
      cron: slots.expression,
      market_hours: marketHours,
      next: slots.next(now())?.toISOString() ?? null,
      last_completed: this.#lastCompleted?.toISOString() ?? null,
      waiting: this.#waiting,
      last_error: this.#lastError,
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    this.#stopping.abort(new Error("the schedule is stopping"));
    await Promise.all([this.#turn, this.#cron]);
  }

  async #look(): Promise<void> {
    const { ledger, slots, now, log } = this.#options;
    try {
      const status = await ledger.status();
      this.#lastCompleted = status.lastCompleted;
      this.#lastError = status.lastError;
      const due = slots.last(now());
      if (!due || this.#isDone(due)) return void (this.#waiting = null);
      this.#waiting = await this.#reasonToWait();
      if (this.#waiting || !await ledger.claim(due, leaseMs)) return;
      await this.#work(due);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const fields = { error: explain(error) };
      log.warn("the schedule could not be looked up", fields);
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

  /** Scans until it succeeds, or until the next slot is due: that one is then the one to catch up. */
  async #work(slot: Date): Promise<void> {
    const { ledger } = this.#options;
    const renewal = setInterval(
      () => void ledger.renew(slot, leaseMs).catch(() => {}),
      leaseMs / 3,
    );
    try {
      for (let attempt = 1;; attempt++) {
        const failure = await this.#scan();
        if (failure === null) return await this.#complete(slot);
        this.#lastError = failure;
        if (!await this.#mayRetry(slot, attempt, failure)) {
          return void await ledger.fail(slot, failure);
        }
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** Why the scan has failed as a whole; null if it has not. */
  async #scan(): Promise<string | null> {
    try {
      const { failed, symbols } = await this.#options.scan();
      const reasons = Object.values(failed);
      if (symbols === 0 || reasons.length < symbols) return null;
      return `no symbol could be scanned: ${reasons[0]}`;
    } catch (error) {
      return explain(error);
    }
  }

  async #complete(slot: Date): Promise<void> {
    await this.#options.ledger.complete(slot);
    this.#lastCompleted = slot;
    this.#lastError = null;
  }

  /** Waits for the next try; false if the next slot comes first, or the schedule ends. */
  async #mayRetry(
    slot: Date,
    attempt: number,
    error: string,
  ): Promise<boolean> {
    const { slots, now, retry, log } = this.#options;
    const { signal } = this.#stopping;
    const fields = { slot: slot.toISOString(), attempt, error };
    log.warn("a scan failed", fields);
    const waitMs = backoffMs(attempt, retry);
    const next = slots.next(slot);
    if (next && now().getTime() + waitMs >= next.getTime()) return false;
    await sleep(waitMs, signal).catch(() => {});
    return !signal.aborted;
  }
}
