/** How often a market API is called for one answer, and how long is waited in between. */

export interface CallPolicy {
  /** For one attempt, its body included, in ms. */
  readonly deadlineMs: number;
  /** At least 1. */
  readonly attempts: number;
  /** Full jitter: the wait before attempt n + 1 is anything up to `baseDelayMs * 2 ** (n - 1)`, … */
  readonly baseDelayMs: number;
  /** … and never more than this. */
  readonly maxDelayMs: number;
  /** The longest `Retry-After` that is waited out; a longer one is cut to it. */
  readonly maxRetryAfterMs: number;
  readonly maxBodyBytes: number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export const DEFAULT_POLICY: CallPolicy = {
  deadlineMs: 10_000,
  attempts: 4,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  // Limits are counted by the minute: waiting longer than one helps nobody.
  maxRetryAfterMs: 60_000,
  maxBodyBytes: 16 * 1024 * 1024,
  sleep,
  random: Math.random,
};

/** What a `Retry-After` header asks for, in ms: seconds or an HTTP date; undefined if it says neither. */
export function readRetryAfter(
  header: string | null,
  now: number = Date.now(),
): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** How long to wait after attempt `attempt` failed, in ms, where the API asked for `askedMs`. */
export function waitBefore(
  attempt: number,
  askedMs: number,
  policy: CallPolicy,
): number {
  const ceiling = policy.baseDelayMs * 2 ** (attempt - 1);
  const jitter = policy.random() * Math.min(ceiling, policy.maxDelayMs);
  // On top of what was asked for, so that all who were told the same do not come back together.
  return Math.min(askedMs, policy.maxRetryAfterMs) + jitter;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
