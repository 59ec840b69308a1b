/** Waiting between attempts, with jitter, so that those who failed together do not return together. */

export interface Backoff {
  /** The first wait, in milliseconds. */
  readonly baseMs: number;
  /** No wait is longer. */
  readonly maxMs: number;
}

/** How long to wait before attempt `attempt` + 1 (from 1): doubled each time, a half to the whole of it. */
export function backoffMs(attempt: number, { baseMs, maxMs }: Backoff): number {
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

const outage: Backoff = { baseMs: 100, maxMs: 5_000 };

/** Runs `work` until the servers that it needs can be reached; other errors pass through at once. */
export async function patiently<T>(
  work: () => Promise<T>,
  patience: Patience,
): Promise<T> {
  const { isUnavailable, onWait, signal } = patience;
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !isUnavailable(error)) throw error;
      onWait?.(error, attempt);
      await sleep(backoffMs(attempt, outage), signal);
    }
  }
}
