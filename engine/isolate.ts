/** The supervisor's end of one isolate: starts its Worker, hears its heartbeat, and tells when it ended. */
import type {
  Beat,
  FromIsolate,
  IsolateSettings,
  Request,
  ToIsolate,
} from "./protocol.ts";
import type { ScanResult } from "../host/services.ts";

export interface ChildOptions {
  readonly settings: IsolateSettings;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly hangAfterMs: number;
  readonly handleTimeoutMs: number;
  readonly onRunning: () => void;
  /** Called once, with why; null after a drain. */
  readonly onEnd: (reason: Error | null) => void;
}

interface Waiting {
  resolve(result: ScanResult | number): void;
  reject(error: Error): void;
  onProgress?(done: number, total: number | null): void;
}

/**
 * An isolate that loads its modules cannot beat meanwhile, and on a busy machine, where many start at
 * once, that takes seconds: ending it would only make it begin again. One that takes longer hangs,
 * whatever the heartbeat's limit is.
 */
const loadDeadlineMs = 15_000;
const watchEveryMs = 100;

/** One incarnation of an isolate, from its start to its only end. */
export class Child {
  readonly startedAt = Date.now();
  readonly #bornAt = performance.now();
  beat: Beat = { handled: 0, deadLettered: 0, lastReadAt: null, stalledMs: 0 };
  heardAt = performance.now();
  #checkedAt = performance.now();
  #worker: Worker;
  #options: ChildOptions;
  #running = false;
  #ended = false;
  #watch: ReturnType<typeof setInterval>;
  #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
    const { settings, permissions } = options;
    this.#worker = new Worker(new URL("../host/worker.ts", import.meta.url), {
      type: "module",
      name: settings.consumer,
      deno: { permissions },
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromIsolate>) =>
      this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(event.message);
      error.stack =
        `${event.message}\n    at ${event.filename}:${event.lineno}:${event.colno}`;
      this.#end(error);
    };
    this.#watch = setInterval(() => this.#check(), watchEveryMs);
  }

  /** Milliseconds since its start, whoever sets the clock meanwhile. */
  get ranMs(): number {
    return performance.now() - this.#bornAt;
  }

  send(message: ToIsolate): void {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  /** Rejects with the isolate's refusal, or when the isolate ends first. */
  request(
    request: Request,
    onProgress?: Waiting["onProgress"],
  ): Promise<ScanResult | number> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new Error("the isolate has ended"));
      this.#waiting.set(id, {
        resolve,
        reject,
        ...(onProgress ? { onProgress } : {}),
      });
      this.send({ kind: "request", id, request });
    });
  }

  /** Ends it at once, whatever it is doing. */
  kill(reason: Error): void {
    this.#end(reason);
  }

  #hear(message: FromIsolate): void {
    if (this.#ended) return;
    this.heardAt = performance.now();
    switch (message.kind) {
      case "loaded":
        return this.send({ kind: "start", settings: this.#options.settings });
      case "running":
        this.#running = true;
        return this.#options.onRunning();
      case "beat":
        this.beat = message.beat;
        return;
      case "progress":
        return this.#waiting.get(message.id)?.onProgress?.(
          message.done,
          message.total,
        );
      case "answer":
        return this.#settle(message.id)?.resolve(message.result);
      case "refusal":
        return this.#settle(message.id)?.reject(new Error(message.message));
      case "crash": {
        const error = new Error(message.message);
        if (message.stack) error.stack = message.stack;
        return this.#end(error);
      }
      case "drained":
        return this.#end(null);
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** A silent isolate is busy for ever, or has left by `Deno.exit`, which no event tells. */
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
    if (silentMs > limitMs) {
      this.#end(
        new Error(
          `no heartbeat for ${silentMs} ms: an endless loop, or it exited`,
        ),
      );
    } else if (this.beat.stalledMs > handleTimeoutMs) {
      this.#end(
        new Error(
          `the handler has made no progress for ${this.beat.stalledMs} ms`,
        ),
      );
    }
  }

  #end(reason: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    this.#worker.terminate();
    const why = new Error(
      reason
        ? `the isolate ended: ${reason.message}`
        : "the isolate was stopped",
    );
    for (const waiting of this.#waiting.values()) waiting.reject(why);
    this.#waiting.clear();
    this.#options.onEnd(reason);
  }
}
