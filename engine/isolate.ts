/** The supervisor's end of one isolate: hears its heartbeat, asks it, and tells when it ended. */
import { type Link, openLink } from "./link.ts";
import type {
  Answer,
  Beat,
  FromIsolate,
  IsolateSettings,
  RequestKind,
  Requests,
  ToIsolate,
} from "./protocol.ts";
import { type AskOptions, Questions, unanswered } from "./questions.ts";

export interface IsolateOptions {
  /** The module that every isolate starts with. */
  readonly entry: URL;
  readonly settings: IsolateSettings;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly hangAfterMs: number;
  readonly handleTimeoutMs: number;
  readonly onRunning: () => void;
  /** Called at each beat, with the one before it. */
  readonly onBeat: (beat: Beat, last: Beat) => void;
  /** Called once, with why; null after a drain. */
  readonly onEnd: (reason: Error | null) => void;
}

/**
 * An isolate that loads its modules cannot beat meanwhile, and on a busy machine, where many start at
 * once, that takes seconds: ending it would only make it begin again. One that takes longer hangs,
 * whatever the heartbeat's limit is.
 */
export const loadDeadlineMs = 15_000;
const watchEveryMs = 100;

/** One incarnation of an isolate, from its start to its only end. */
export class Isolate {
  readonly startedAt = Date.now();
  readonly #bornAt = performance.now();
  beat: Beat = {
    handled: 0,
    dead_lettered: 0,
    last_read_at: null,
    stalled_ms: 0,
    in_hand: false,
    handled_age_ms: null,
    waiting: null,
  };
  heardAt = performance.now();
  readonly #options: IsolateOptions;
  readonly #link: Link;
  readonly #watch: ReturnType<typeof setInterval>;
  readonly #questions = new Questions();
  #checkedAt = performance.now();
  #running = false;
  #ended = false;

  constructor(options: IsolateOptions) {
    this.#options = options;
    const { entry, settings, permissions } = options;
    this.#link = openLink({
      entry,
      name: settings.consumer,
      permissions,
      onMessage: (message) => this.#hear(message),
      onEnd: (reason) => this.#end(reason),
    });
    this.#link.send({ kind: "start", settings });
    this.#watch = setInterval(() => this.#check(), watchEveryMs);
  }

  /** Milliseconds since its start, whoever sets the clock meanwhile. */
  get ranMs(): number {
    return performance.now() - this.#bornAt;
  }

  send(message: ToIsolate): void {
    this.#link.send(message);
  }

  /** @throws {UnansweredError} if the isolate refuses, ends first, or takes too long */
  async ask<Kind extends RequestKind>(
    what: Kind,
    body: Requests[Kind],
    options: AskOptions = {},
  ): Promise<Answer<Kind>> {
    if (this.#ended) throw unanswered("the isolate has ended");
    const send = this.#link.send;
    return await this.#questions.ask(what, body, send, options);
  }

  /** Ends it at once, whatever it is doing. */
  kill(reason: Error): void {
    this.#end(reason);
  }

  #hear(message: FromIsolate): void {
    switch (message.kind) {
      case "running":
        if (this.#running) return this.#misspoke(message);
        this.#running = true;
        return this.#options.onRunning();
      case "beat":
        this.heardAt = performance.now();
        this.#options.onBeat(message.beat, this.beat);
        this.beat = message.beat;
        return;
      case "drained":
        return this.#end(null);
      case "described":
      case "crash":
        return this.#misspoke(message);
      default: {
        const wrong = this.#questions.hear(message);
        if (wrong) this.#end(wrong);
      }
    }
  }

  /** Said again, or not asked for: what else it says means as little. */
  #misspoke({ kind }: FromIsolate): void {
    this.#end(new Error(`it said "${kind}" out of turn`));
  }

  /** A silent isolate is busy for ever: one that left is known by its link. */
  #check(): void {
    const { hangAfterMs, handleTimeoutMs } = this.#options;
    const now = performance.now();
    // Late itself: the whole process stood still (SIGSTOP, sleep), which says nothing of the isolate.
    if (now - this.#checkedAt > 10 * watchEveryMs) this.heardAt = now;
    this.#checkedAt = now;
    const silentMs = Math.round(now - this.heardAt);
    const limitMs = this.#running
      ? hangAfterMs
      : Math.max(hangAfterMs, loadDeadlineMs);
    const { stalled_ms } = this.beat;
    if (silentMs > limitMs) {
      this.#end(new Error(`no heartbeat for ${silentMs} ms: an endless loop`));
    } else if (stalled_ms > handleTimeoutMs) {
      this.#end(
        new Error(`the handler has made no progress for ${stalled_ms} ms`),
      );
    }
  }

  #end(reason: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    this.#link.close();
    const why = unanswered(
      reason
        ? `the isolate ended: ${reason.message}`
        : "the isolate was stopped",
    );
    this.#questions.rejectAll(why);
    this.#options.onEnd(reason);
  }
}
