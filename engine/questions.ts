/** What an isolate was asked and owes an answer to; what it says without owing it is found out. */
import type { Value } from "./actor.ts";
import {
  type Answer,
  answerSchemas,
  type FromIsolate,
  type Refusal,
  type RequestKind,
  type RequestMessage,
  type Requests,
} from "./protocol.ts";
import type { ReplayStatus } from "./status.ts";

/** A request that an isolate did not answer: there is none that could (`isolate`), or it refused, with why. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
  constructor(readonly reason: Refusal | "isolate", message: string) {
    super(message);
  }
}

/** There is no isolate, or none that answers in time. */
export function unanswered(message: string): UnansweredError {
  return new UnansweredError("isolate", message);
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

/** What belongs to a question, of all that an isolate says. */
export type Reply = Extract<FromIsolate, { id: number }>;

interface Asked {
  readonly what: RequestKind;
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly onProgress: AskOptions["onProgress"];
  /** Those of a long answer that have come so far. */
  readonly rows: Value[];
}

/** No answer has more rows, and no other answer has rows. */
const mostRows: Partial<Record<RequestKind, number>> = {
  history: 100_000,
  recent: 1_000_000,
};

export class Questions {
  readonly #asked = new Map<number, Asked>();
  /** What is not answered, also where nobody waits for that any more. */
  readonly #owed = new Set<number>();
  #lastId = 0;

  /** @throws {UnansweredError} if the isolate refuses, ends first, or takes too long */
  async ask<Kind extends RequestKind>(
    what: Kind,
    body: Requests[Kind],
    send: (message: RequestMessage<Kind>) => void,
    { withinMs, onProgress }: AskOptions,
  ): Promise<Answer<Kind>> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#asked.set(id, { what, resolve, reject, onProgress, rows: [] });
    this.#owed.add(id);
    send({ kind: "request", id, what, body });
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

  /** Returns what is wrong with it: nothing was asked, it was answered before, or the answer does not fit. */
  hear(reply: Reply): Error | undefined {
    const { id, kind } = reply;
    if (!this.#owed.has(id)) {
      return new Error(`it said "${kind}" without being asked`);
    }
    const asked = this.#asked.get(id);
    if (kind === "answer" || kind === "refusal") this.#owed.delete(id);
    // Nobody waits for it any more.
    if (!asked) return undefined;
    switch (kind) {
      case "progress":
        return void asked.onProgress?.(reply);
      case "rows":
        return gather(asked, reply.rows);
      case "answer":
        return answer(asked, reply.result);
      case "refusal":
        return asked.reject(new UnansweredError(reply.reason, reply.message)),
          undefined;
    }
  }

  rejectAll(why: Error): void {
    for (const { reject } of this.#asked.values()) reject(why);
  }
}

function gather({ what, rows }: Asked, more: readonly Value[]) {
  const most = mostRows[what];
  if (most === undefined) return new Error(`it answered ${what} with rows`);
  if (rows.length + more.length > most) {
    return new Error(`it answered ${what} with more than ${most} rows`);
  }
  for (const row of more) rows.push(row);
  return undefined;
}

function answer(asked: Asked, result: unknown): Error | undefined {
  const { what, rows, resolve } = asked;
  const { success, data, error } = answerSchemas[what].safeParse(result);
  if (!success) {
    return new Error(
      `it answered ${what} wrongly: ${error.issues[0]?.message}`,
    );
  }
  // The last rows of a long answer come with it.
  if (rows.length > 0) {
    const wrong = gather(asked, data as Value[]);
    if (wrong) return wrong;
  }
  return void resolve(rows.length > 0 ? rows : data);
}
