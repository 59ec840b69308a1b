/**
 * Writes where the newest values came from: at once when little happens, and a few times a second when much
 * does, so that it costs the way of an event next to nothing.
 */
import type { Log } from "./actor.ts";
import { explain } from "./log.ts";
import type { EventTrace } from "./trace.ts";

interface Options {
  readonly write: (traces: EventTrace[]) => Promise<void>;
  readonly log: Log;
  readonly everyMs?: number;
}

/** The shortest time between two writes: what a value may be ahead of its trace, while much happens. */
export const recordEveryMs = 200;

/** If it dies, the traces of the last moment are lost, and no event: provenance then says that they are not known. */
export class TraceRecorder {
  readonly #options: Required<Options>;
  /** By symbol. */
  readonly #held = new Map<string, EventTrace>();
  #wroteAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failing = false;

  constructor(options: Options) {
    this.#options = { everyMs: recordEveryMs, ...options };
  }

  /** Resolves when they are written or held; never rejects: a value without its way is worth more than none. */
  async add(traces: readonly EventTrace[]): Promise<void> {
    for (const trace of traces) this.#hold(trace);
    if (this.#timer !== undefined || !this.#held.size) return;
    const waitMs = this.#wroteAt + this.#options.everyMs - performance.now();
    if (waitMs <= 0) return await this.#flush();
    this.#timer = setTimeout(() => this.#flush(), waitMs);
  }

  /** Writes what is held, and waits for no more. */
  close(): Promise<void> {
    return this.#flush();
  }

  #hold(trace: EventTrace): void {
    const known = this.#held.get(trace.symbol);
    if (!known || trace.at >= known.at) this.#held.set(trace.symbol, trace);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const traces = [...this.#held.values()];
    if (!traces.length) return;
    this.#held.clear();
    this.#wroteAt = performance.now();
    try {
      await this.#options.write(traces);
      this.#failing = false;
    } catch (cause) {
      const newer = [...this.#held.values()];
      for (const trace of [...traces, ...newer]) this.#hold(trace);
      if (this.#failing) return; // said already
      this.#failing = true;
      const error = explain(cause);
      this.#options.log.warn("where values come from is not recorded", {
        error,
      });
    }
  }
}
