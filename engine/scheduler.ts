/**
 * The schedule of one actor: `Deno.cron` says when, PostgreSQL says who. A slot is claimed by one
 * host, is tried again until the next one is due, and is caught up once after a downtime.
 */
import type { Log } from "./actor.ts";
import { backoffMs, sleep } from "../wait.ts";
import type { Slots } from "./cron.ts";
import { explain } from "./log.ts";
import type { ScheduleStatus } from "../host/services.ts";

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
  readonly scan: () => Promise<void>;
  /** Why not to scan now, for people; null if nothing speaks against it. */
  readonly obstacle: () => Promise<string | null>;
  /** True while the schedule of an actor with `marketHours` rests. */
  readonly marketClosed: (now: Date) => boolean;
  readonly log: Log;
  readonly now?: () => Date;
  /** The first and the longest wait before a slot is tried again, in milliseconds. */
  readonly retry?: { readonly baseMs: number; readonly maxMs: number };
}

export interface Schedule {
  status(): ScheduleStatus;
  /** Looks whether a slot is due and unclaimed, and scans if so. Resolves when there is nothing left to do. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

const leaseMs = 30_000;
/** Catches what no tick tells: a winner that died, a slot that came while the host slept. */
const lookEveryMs = 15_000;

/** How far the clocks of hosts may differ; db/schedules.ts allows as much. */
const mostAheadMs = 120_000;

export function startSchedule(options: ScheduleOptions): Schedule {
  const { actor, slots, ledger, log } = options;
  const now = options.now ?? (() => new Date());
  const retry = options.retry ?? { baseMs: 1_000, maxMs: 300_000 };
  const stopping = new AbortController();
  const { signal } = stopping;
  let waiting: string | null = null;
  let lastCompleted: Date | null = null;
  let lastError: string | null = null;
  let turn: Promise<void> | undefined;

  const tick = () => turn ??= look().finally(() => turn = undefined);

  async function look(): Promise<void> {
    try {
      const status = await ledger.status();
      lastCompleted = status.lastCompleted;
      lastError = status.lastError;
      const due = slots.last(now());
      if (!due || isDone(due)) return void (waiting = null);
      waiting = await reasonToWait();
      if (waiting || !await ledger.claim(due, leaseMs)) return;
      await work(due);
    } catch (error) {
      if (!signal.aborted) {
        log.warn("the schedule could not be looked up", {
          error: explain(error),
        });
      }
    }
  }

  /** What was completed in the future was so by a clock that ran ahead: the ledger decides then. */
  function isDone(due: Date): boolean {
    if (!lastCompleted || lastCompleted < due) return false;
    return lastCompleted.getTime() <= now().getTime() + mostAheadMs;
  }

  /** An actor that has never scanned does so once even while the market is closed: its page is not empty. */
  async function reasonToWait(): Promise<string | null> {
    if (options.marketHours && lastCompleted && options.marketClosed(now())) {
      return "the market is closed";
    }
    return await options.obstacle();
  }

  /** Scans until it succeeds, or until the next slot is due: that one is then the one to catch up. */
  async function work(slot: Date): Promise<void> {
    const renewal = setInterval(
      () => void ledger.renew(slot, leaseMs).catch(() => {}),
      leaseMs / 3,
    );
    try {
      for (let attempt = 1;; attempt++) {
        const failure = await options.scan().then(
          () => null,
          (error) => explain(error),
        );
        if (failure === null) {
          await ledger.complete(slot);
          lastCompleted = slot;
          lastError = null;
          return;
        }
        lastError = failure;
        const fields = { slot: slot.toISOString(), attempt, error: failure };
        log.warn("a scan failed", fields);
        const waitMs = backoffMs(attempt, retry);
        const next = slots.next(slot);
        const over = next && now().getTime() + waitMs >= next.getTime();
        if (!over) await sleep(waitMs, signal).catch(() => {});
        if (over || signal.aborted) {
          return void await ledger.fail(slot, failure);
        }
      }
    } finally {
      clearInterval(renewal);
    }
  }

  // Ticks that come while a slot is worked on find it in `turn`; an exception would be retried by Deno.
  const cron = Deno.cron(`signalbox ${actor}`, slots.expression, {
    signal,
    backoffSchedule: [],
  }, () => void tick());
  const looking = setInterval(tick, lookEveryMs);
  void tick();

  return {
    tick,
    status: () => ({
      cron: slots.expression,
      marketHours: options.marketHours,
      next: slots.next(now())?.toISOString() ?? null,
      lastCompleted: lastCompleted?.toISOString() ?? null,
      waiting,
      lastError,
    }),
    async stop() {
      clearInterval(looking);
      stopping.abort(new Error("the schedule is stopping"));
      await Promise.all([turn, cron]);
    },
  };
}
