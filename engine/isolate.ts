/** The supervisor's end of one isolate: hears its heartbeat, asks it, and tells when it ended. */
import { type Link, openLink } from "./link.ts";
import {
  type Answer,
  answerSchemas,
  type Beat,
  type FromIsolate,
  type IsolateSettings,
  type Refusal,
  type RequestKind,
  type RequestMessage,
  type Requests,
  type ToIsolate,
} from "./protocol.ts";
import type { ReplayStatus } from "./status.ts";

export interface IsolateOptions {
  /** The module that every isolate starts with. */
  readonly entry: URL;
  readonly settings: IsolateSettings;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly hangAfterMs: number;
  readonly handleTimeoutMs: number;
  readonly onRunning: () => void;
  /** Called once, with why; null after a drain. */
  readonly onEnd: (reason: Error | null) => void;
}

/** A request that an isolate did not answer: there is none that could (`isolate`), or it refused, with why. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
  constructor(readonly reason: Refusal | "isolate", message: string) {
    super(message);
  }
}

/** How far a replay is. */
export type ReplayProgress = Pick<ReplayStatus, "done" | "total" | "failed">;

export interface AskOptions {
  /** Rejects after so long; waits for the isolate's end unless told. */
  readonly withinMs?: number | undefined;
  readonly onProgress?:
    | ((progress: ReplayProgress) => void)
    | undefined;
}

interface Asked {
  readonly what: RequestKind;
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly onProgress: AskOptions["onProgress"];
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
  readonly #asked = new Map<number, Asked>();
  #checkedAt = performance.now();
  #running = false;
  #ended = false;
  #lastId = 0;

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
    { withinMs, onProgress }: AskOptions = {},
  ): Promise<Answer<Kind>> {
    if (this.#ended) throw unanswered("the isolate has ended");
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#asked.set(id, { what, resolve, reject, onProgress });
    const message: RequestMessage<Kind> = { kind: "request", id, what, body };
    this.#link.send(message);
    const late = () =>
      reject(unanswered(`the isolate has not answered in ${withinMs} ms`));
    const timer = withinMs === undefined
      ? undefined
      : setTimeout(late, withinMs);
    try {
      // Checked by the schema of its kind when it was heard.
      return await promise as Answer<Kind>;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  /** Ends it at once, whatever it is doing. */
  kill(reason: Error): void {
    this.#end(reason);
  }

  #hear(message: FromIsolate): void {
    switch (message.kind) {
      case "running":
        this.#running = true;
        return this.#options.onRunning();
      case "beat":
        this.heardAt = performance.now();
        this.beat = message.beat;
        return;
      case "progress":
        return this.#asked.get(message.id)?.onProgress?.(message);
      case "answer":
        return this.#answered(message.id, message.result);
      case "refusal":
        return this.#asked.get(message.id)?.reject(
          new UnansweredError(message.reason, message.message),
        );
      case "drained":
        return this.#end(null);
    }
  }

  /** What was not asked for, or no longer, is passed over: an answer may be late. */
  #answered(id: number, result: unknown): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    const answer = answerSchemas[asked.what].safeParse(result);
    if (answer.success) return asked.resolve(answer.data);
    this.#end(
      new Error(
        `it answered ${asked.what} wrongly: ${answer.error.issues[0]?.message}`,
      ),
    );
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
    for (const asked of this.#asked.values()) asked.reject(why);
    this.#options.onEnd(reason);
  }
}

/** There is no isolate, or none that answers in time. */
export function unanswered(message: string): UnansweredError {
  return new UnansweredError("isolate", message);
}
