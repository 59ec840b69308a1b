/** One replica of an actor: the isolates that run it one after the other, and when each is replaced. */
import { createBell } from "../wait.ts";
import type { Log } from "./actor.ts";
import { Isolate, type IsolateOptions } from "./isolate.ts";
import { Measures } from "./measures.ts";
import type {
  Answer,
  Beat,
  IsolateSettings,
  RequestKind,
  Requests,
} from "./protocol.ts";
import { type AskOptions, unanswered } from "./questions.ts";
import { createRestartPolicy } from "./restart_policy.ts";
import type { IsolateState, IsolateStatus } from "./status.ts";

export interface ReplicaOptions
  extends Omit<IsolateOptions, "settings" | "onRunning" | "onBeat" | "onEnd"> {
  /** Asked for each isolate: the consumer's name may have changed. */
  readonly settings: () => IsolateSettings;
  readonly onCrash: (reason: Error, state: IsolateState) => void;
  readonly log: Log;
}

/** A request waits so long for an isolate that is just being started. */
const patienceMs = 10_000;

export class Replica {
  readonly #options: ReplicaOptions;
  readonly #policy = createRestartPolicy();
  /** By all its isolates. */
  readonly measures = new Measures();
  /** Rings when the state changes. */
  readonly #bell = createBell();
  #isolate: Isolate | undefined;
  #state: IsolateState = "stopped";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restarts = 0;
  /** How often a stop or a restart was asked for: the last word counts. */
  #asked = 0;
  #lastError: IsolateStatus["last_error"] = null;
  /** When an event was handled last, by whichever isolate; at first, when it was told to begin. */
  #movedAt = performance.now();

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  get state(): IsolateState {
    return this.#state;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#enter("starting");
    const isolate: Isolate = new Isolate({
      ...this.#options,
      settings: this.#options.settings(),
      onRunning: () => this.#enter("running"),
      onBeat: (beat, last) => this.#measure(beat, last),
      onEnd: (reason) => this.#ended(isolate, reason),
    });
    this.#isolate = isolate;
  }

  setPaused(paused: boolean): void {
    if (!paused) this.#movedAt = performance.now();
    this.#isolate?.send({ kind: paused ? "pause" : "resume" });
  }

  /** Waits for an isolate that is starting; rejects if there is none, or if it ends first. */
  async ask<Kind extends RequestKind>(
    what: Kind,
    body: Requests[Kind],
    options: AskOptions = {},
  ): Promise<Answer<Kind>> {
    const { withinMs = Infinity } = options;
    const deadline = performance.now() + Math.min(patienceMs, withinMs);
    while (this.#state === "starting" || this.#state === "restarting") {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw unanswered(`the isolate is still ${this.#state}`);
      await this.#bell.wait(leftMs);
    }
    if (this.#state !== "running") {
      throw unanswered(`the isolate is ${this.#state}`);
    }
    return await this.#isolate!.ask(what, body, options);
  }

  /** Lets the isolate finish the batch in hand and leave; ends it when the deadline (ms) is over. */
  async stop(deadlineMs: number): Promise<void> {
    this.#asked++;
    clearTimeout(this.#timer);
    if (!this.#isolate || this.#state === "stopped") {
      return this.#enter("stopped");
    }
    // One that still waits for its servers has nothing in hand.
    const idle = this.#state === "starting";
    this.#enter("stopping");
    if (idle) return this.#isolate.kill(new Error("stopped while starting"));
    this.#isolate.send({ kind: "drain" });
    const deadline = performance.now() + deadlineMs;
    while (this.#stopping() && performance.now() < deadline) {
      await this.#bell.wait(deadline - performance.now());
    }
    if (!this.#stopping()) return;
    this.#options.log.warn(
      "not drained in time: its events will be delivered again",
      { deadlineMs },
    );
    this.#isolate.kill(new Error("not drained in time"));
  }

  /** Ends whatever there is, forgets past failures and starts anew, unless it was told otherwise meanwhile. */
  async restart(deadlineMs: number): Promise<void> {
    const stopped = this.stop(deadlineMs);
    const asked = this.#asked;
    await stopped;
    if (asked !== this.#asked) return;
    this.#policy.forgive();
    this.#movedAt = performance.now();
    this.#restarts++;
    this.start();
  }

  status(): IsolateStatus {
    const isolate = this.#state === "running" || this.#state === "stopping"
      ? this.#isolate
      : undefined;
    const { replica, consumer } = this.#options.settings();
    const { last_read_at, stalled_ms: _, measured: __, ...beat } =
      isolate?.beat ?? nothing;
    return {
      replica,
      consumer,
      state: this.#state,
      started_at: isolate ? new Date(isolate.startedAt).toISOString() : null,
      uptime_ms: isolate ? Math.round(isolate.ranMs) : null,
      restarts: this.#restarts,
      last_error: this.#lastError,
      last_read_age_ms: last_read_at && Math.max(0, Date.now() - last_read_at),
      heartbeat_age_ms: isolate
        ? Math.round(performance.now() - isolate.heardAt)
        : null,
      ...beat,
      handled_age_ms: Math.round(performance.now() - this.#movedBy(isolate)),
    };
  }

  #measure({ measured, ...beat }: Beat, last: Beat): void {
    if (measured) this.measures.hear(measured);
    // Not below 0, whatever it says: a counter never goes down.
    this.measures.handled += Math.max(0, beat.handled - last.handled);
    const failed = beat.dead_lettered - last.dead_lettered;
    this.measures.failed += Math.max(0, failed);
  }

  #movedBy(isolate: Isolate | undefined): number {
    const age = isolate?.beat.handled_age_ms ?? null;
    if (!isolate || age === null) return this.#movedAt;
    return Math.max(this.#movedAt, isolate.heardAt - age);
  }

  #ended(isolate: Isolate, reason: Error | null): void {
    if (isolate !== this.#isolate) return;
    this.#movedAt = this.#movedBy(isolate);
    this.#isolate = undefined;
    if (this.#state === "stopping") return this.#enter("stopped");
    const error = reason ?? new Error("the isolate left without being told to");
    this.#lastError = {
      message: error.message,
      stack: error.stack ?? null,
      at: new Date().toISOString(),
    };
    const { failed, waitMs } = this.#policy.ended(
      performance.now(),
      isolate.ranMs,
    );
    this.#enter(failed ? "failed" : "restarting");
    this.#options.onCrash(error, this.#state);
    this.#timer = setTimeout(() => {
      this.#restarts++;
      this.start();
    }, waitMs);
  }

  #stopping(): boolean {
    return this.#state === "stopping";
  }

  #enter(state: IsolateState): void {
    this.#state = state;
    this.#bell.ring();
  }
}

const nothing: Beat = {
  last_read_at: null,
  stalled_ms: 0,
  in_hand: false,
  handled_age_ms: null,
  handled: 0,
  dead_lettered: 0,
  waiting: null,
};
