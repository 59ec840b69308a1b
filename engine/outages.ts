/** What of a failure is an outage: that is nobody's poison. It is waited for, however long, and told. */
import { patiently } from "../wait.ts";
import { type Log, PermanentError } from "./actor.ts";
import { explain } from "./log.ts";

export interface OutageOptions {
  /** True if the error says that a server cannot be reached: waits, however long, and counts nothing. */
  readonly isUnavailable: (error: unknown) => boolean;
  /** True if the error says that a statement was ended because it took too long: narrowed down. */
  readonly isTooSlow: (error: unknown) => boolean;
  /** Called with what is waited for, at each try; null once it is there. */
  readonly onWaiting: (reason: string | null) => void;
  /** Called whenever there was progress: the supervisor ends an isolate that makes none. */
  readonly onProgress: (handled: number, deadLettered: number) => void;
  readonly log: Log;
}

export class Outages {
  readonly #options: OutageOptions;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` until the servers that it needs can be reached; waiting counts as progress. Other errors
   * pass through at once.
   */
  async wait<T>(
    work: () => Promise<T>,
    signal: AbortSignal,
    isUnavailable = (error: unknown) => this.#isWaitedFor(error),
  ): Promise<T> {
    const { onProgress, onWaiting, log } = this.#options;
    let waited = false;
    const onWait = (cause: unknown, attempt: number) => {
      const error = explain(cause);
      // The first time, and every few minutes: it may be waiting for somebody to mend something.
      if (attempt % 100 === 1) log.warn("waiting for a server", { error });
      onProgress(0, 0);
      onWaiting(error);
      waited = true;
    };
    try {
      return await patiently(work, { isUnavailable, onWait, signal });
    } finally {
      if (waited) onWaiting(null);
    }
  }

  isTooSlow(error: unknown): boolean {
    if (error instanceof PermanentError) return false;
    return this.#options.isTooSlow(error);
  }

  /** A statement that took too long may be its events' fault: that is no outage. */
  isOutage(error: unknown): boolean {
    return this.#isWaitedFor(error) && !this.isTooSlow(error);
  }

  /** What a handler refuses for good is refused, whatever its cause was. */
  #isWaitedFor(error: unknown): boolean {
    if (error instanceof PermanentError) return false;
    return this.#options.isUnavailable(error);
  }
}
