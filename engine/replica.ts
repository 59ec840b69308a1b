/** One place in the supervision: an actor's replica, and the isolates that fill it one after the other. */
import type { Log } from "./actor.ts";
import { Child, type ChildOptions } from "./isolate.ts";
import type { IsolateSettings, Request } from "./protocol.ts";
import { createRestartPolicy } from "./restart_policy.ts";
import type {
  IsolateState,
  IsolateStatus,
  ScanResult,
} from "../host/services.ts";

export interface SupervisedOptions
  extends
    Pick<ChildOptions, "permissions" | "hangAfterMs" | "handleTimeoutMs"> {
  readonly settings: () => IsolateSettings;
  readonly onCrash: (reason: Error, state: IsolateState) => void;
  readonly log: Log;
}

/** A request waits so long for an isolate that is just being started. */
const patienceMs = 10_000;

export class Supervised {
  #options: SupervisedOptions;
  #policy = createRestartPolicy();
  #child: Child | undefined;
  #state: IsolateState = "stopped";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restarts = 0;
  /** How often a stop or a restart was asked for: the last word counts. */
  #asked = 0;
  #lastError: IsolateStatus["lastError"] = null;
  /** Those who wait for the present state to end. */
  #watchers: (() => void)[] = [];

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  get state(): IsolateState {
    return this.#state;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#enter("starting");
    const child: Child = new Child({
      ...this.#options,
      settings: this.#options.settings(),
      onRunning: () => this.#enter("running"),
      onEnd: (reason) => this.#ended(child, reason),
    });
    this.#child = child;
  }

  setPaused(paused: boolean): void {
    this.#child?.send({ kind: paused ? "pause" : "resume" });
  }

  /** Waits for an isolate that is starting; rejects if there is none, or if it ends first. */
  async request(
    request: Request,
    onProgress?: Parameters<Child["request"]>[1],
  ): Promise<ScanResult | number> {
    const deadline = performance.now() + patienceMs;
    while (this.#state === "starting" || this.#state === "restarting") {
      if (performance.now() > deadline) {
        throw new Error(`the isolate is still ${this.#state}`);
      }
      await this.#change(deadline - performance.now());
    }
    if (this.#state !== "running") {
      throw new Error(`the isolate is ${this.#state}`);
    }
    return await this.#child!.request(request, onProgress);
  }

  /** Lets the isolate finish the batch in hand and leave; ends it when the deadline (ms) is over. */
  async stop(deadlineMs: number): Promise<void> {
    this.#asked++;
    clearTimeout(this.#timer);
    if (!this.#child || this.#state === "stopped") {
      return this.#enter("stopped");
    }
    // One that still waits for its servers has nothing in hand.
    const idle = this.#state === "starting";
    this.#enter("stopping");
    if (idle) return this.#child.kill(new Error("stopped while starting"));
    this.#child.send({ kind: "drain" });
    const deadline = performance.now() + deadlineMs;
    while (this.#stopping() && performance.now() < deadline) {
      await this.#change(deadline - performance.now());
    }
    if (!this.#stopping()) return;
    this.#options.log.warn(
      "not drained in time: its events will be delivered again",
      { deadlineMs },
    );
    this.#child.kill(new Error("not drained in time"));
  }

  /** Ends whatever there is, forgets past failures and starts anew, unless it was told otherwise meanwhile. */
  async restart(deadlineMs: number): Promise<void> {
    const stopped = this.stop(deadlineMs);
    const asked = this.#asked;
    await stopped;
    if (asked !== this.#asked) return;
    this.#policy.forgive();
    this.#restarts++;
    this.start();
  }

  status(): IsolateStatus {
    const child = this.#state === "running" || this.#state === "stopping"
      ? this.#child
      : undefined;
    const { replica, consumer } = this.#options.settings();
    return {
      replica,
      consumer,
      state: this.#state,
      startedAt: child ? new Date(child.startedAt).toISOString() : null,
      uptimeMs: child ? Math.round(child.ranMs) : null,
      restarts: this.#restarts,
      lastError: this.#lastError,
      lastReadAgeMs: child?.beat.lastReadAt
        ? Math.max(0, Date.now() - child.beat.lastReadAt)
        : null,
      heartbeatAgeMs: child
        ? Math.round(performance.now() - child.heardAt)
        : null,
      handled: child?.beat.handled ?? 0,
      deadLettered: child?.beat.deadLettered ?? 0,
    };
  }

  #ended(child: Child, reason: Error | null): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    if (this.#state === "stopping") return this.#enter("stopped");
    const error = reason ?? new Error("the isolate left without being told to");
    this.#lastError = {
      message: error.message,
      stack: error.stack ?? null,
      at: new Date().toISOString(),
    };
    const { failed, waitMs } = this.#policy.ended(
      performance.now(),
      child.ranMs,
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
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, timeoutMs));
      this.#watchers.push(() => (clearTimeout(timer), resolve()));
    });
  }
}
