/** All waiting: for a time, between attempts, for somebody else but not for ever, and for a bell. */

export interface Backoff {
  /** The first wait, in milliseconds. */
  readonly baseMs: number;
  /** No wait is longer. */
  readonly maxMs: number;
}

/** What suits most servers: 0.1 s after the first failure, never more than 2 s, by which recovery is late. */
const patient: Backoff = { baseMs: 100, maxMs: 2_000 };

/**
 * How long to wait before attempt `attempt` + 1 (from 1): doubled each time, a half to the whole of it.
 * The jitter keeps what failed together from coming back together.
 */
export function backoffMs(
  attempt: number,
  { baseMs, maxMs }: Backoff = patient,
): number {
  const whole = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return whole * (0.5 + Math.random() / 2);
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => (clearTimeout(timer), reject(signal!.reason));
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export interface Patience {
  /** True if the error says that a server cannot be reached now: worth waiting for, however long. */
  readonly isUnavailable: (error: unknown) => boolean;
  /** Called before each wait; `attempt` counts from 1. */
  readonly onWait?: (error: unknown, attempt: number) => void;
  readonly signal?: AbortSignal;
}

/** Runs `work` until the servers that it needs can be reached; other errors pass through at once. */
export async function patiently<T>(
  work: () => Promise<T>,
  { isUnavailable, onWait, signal }: Patience,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !isUnavailable(error)) throw error;
      onWait?.(error, attempt);
      await sleep(backoffMs(attempt), signal);
    }
  }
}

/** What was asked for did not come in time; it may still come. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** Rejects with a `DeadlineError` if the promise has not settled after `ms`. */
export async function deadline<T>(
  promise: Promise<T>,
  ms: number,
  message: string,
): Promise<T> {
  const answer = await within(promise, ms);
  if (answer === late) throw new DeadlineError(message);
  return answer;
}

/** True if the promise resolves within `ms`; rejects if it rejects in time. */
export async function resolvesWithin(
  promise: Promise<unknown>,
  ms: number,
): Promise<boolean> {
  return await within(promise, ms) !== late;
}

const late = Symbol("late");

async function within<T>(
  promise: Promise<T>,
  ms: number,
): Promise<T | typeof late> {
  const timeout = Promise.withResolvers<typeof late>();
  const timer = setTimeout(() => timeout.resolve(late), ms);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets loops of one isolate wait for one another without polling. A ring wakes everybody who waits; when
 * nobody does, it is kept for the next one, so that what rings between a look and a wait is not missed.
 * Where several wait on one bell, a ring that woke another is not kept: each looks at its own condition
 * in the same breath in which it begins to wait, and again when it has been woken.
 */
export function createBell() {
  const waiting = new Set<() => void>();
  let kept = false;
  return {
    /** Resolves at the next ring, at once if one was kept, or after `ms`. */
    wait(ms?: number): Promise<void> {
      if (kept) {
        kept = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = ms === undefined ? undefined : setTimeout(wake, ms);
        waiting.add(wake);
      });
    },
    ring(): void {
      kept = waiting.size === 0;
      for (const wake of waiting) wake();
    },
  };
}

/** Rejects as soon as the signal aborts, whether or not the work heeds it. */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
