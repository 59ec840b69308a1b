/** For how long a market API is left alone before it is called again: what it asks for itself, and what is added. */
import type { CallPolicy } from "./http.ts";

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

/** What an `X-RateLimit-Reset` header asks for, in ms: it tells the instant in seconds since 1970. */
export function readReset(
  header: string | null,
  now: number = Date.now(),
): number | undefined {
  if (!header || !/^\s*\d{9,11}\s*$/.test(header)) return undefined;
  return Math.max(0, Number(header) * 1000 - now);
}

/** For how long nobody calls after a 429, in ms; without a word of the API for longer each time. */
export function pauseAfter(
  attempt: number,
  askedMs: number | undefined,
  policy: CallPolicy,
): number {
  const ms = askedMs ?? 2 * policy.baseDelayMs * 2 ** attempt;
  return Math.min(ms, policy.maxRetryAfterMs);
}

/** How long to wait after attempt `attempt` failed, in ms, where the API asked for `askedMs`. */
export function waitAfter(
  attempt: number,
  askedMs: number,
  policy: CallPolicy,
): number {
  const ceiling = policy.baseDelayMs * 2 ** (attempt - 1);
  const jitter = policy.random() * Math.min(ceiling, policy.maxDelayMs);
  // On top of what was asked for, so that all who were told the same do not come back together.
  return Math.min(askedMs, policy.maxRetryAfterMs) + jitter;
}
