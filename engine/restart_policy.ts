/** When an isolate that ended is started again: backoff, and the intensity beyond which it has failed. */
import { type Backoff, backoffMs } from "../wait.ts";

export interface RestartLimits {
  readonly backoff: Backoff;
  /** So many ends within `periodMs` … */
  readonly intensity: number;
  readonly periodMs: number;
  /** … and it is not started for so long. */
  readonly coolDownMs: number;
  /** So many of those ends are forgiven then: as many may follow before it has failed again. */
  readonly forgiven: number;
  /** An isolate that ran for so long is healthy: the next wait is the first one again. */
  readonly healthyAfterMs: number;
}

/** One poison event ends its isolate up to 5 times, so that the intensity leaves room for several. */
export const defaultLimits: RestartLimits = {
  // Short enough that a crash loop passes the intensity: longer waits would hide it for ever.
  backoff: { baseMs: 100, maxMs: 2_000 },
  intensity: 20,
  periodMs: 60_000,
  // Whatever ended it may be mended by itself: nobody should wait for long then. Until it is, this costs
  // no more than the crash loop did.
  coolDownMs: 10_000,
  forgiven: 5,
  healthyAfterMs: 30_000,
};

export interface Verdict {
  readonly failed: boolean;
  readonly waitMs: number;
}

export interface RestartPolicy {
  /** What to do about an end at `now` of an isolate that ran for `ranMs`; both in milliseconds. */
  ended(now: number, ranMs: number): Verdict;
  /** Forgets the past: somebody has mended something. */
  forgive(): void;
}

export function createRestartPolicy(
  limits: RestartLimits = defaultLimits,
): RestartPolicy {
  let ends: number[] = [];
  let inARow = 0;
  return {
    ended(now, ranMs) {
      inARow = ranMs >= limits.healthyAfterMs ? 1 : inARow + 1;
      ends = [...ends.filter((end) => now - end < limits.periodMs), now];
      if (ends.length <= limits.intensity) {
        return { failed: false, waitMs: backoffMs(inARow, limits.backoff) };
      }
      ends = ends.slice(limits.forgiven);
      inARow = 0;
      return { failed: true, waitMs: limits.coolDownMs };
    },
    forgive() {
      ends = [];
      inARow = 0;
    },
  };
}
