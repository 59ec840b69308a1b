/**
 * Notices that a connection to PostgreSQL has gone deaf: a firewall that drops the packets of old
 * connections tells nobody, and the kernel waits a quarter of an hour. A question that stays without any
 * answer is asked about over a new connection; if the server does not work on it, the socket is destroyed.
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { sleep } from "../wait.ts";
import { endGently } from "./ending.ts";

/** What the server, asked over another connection, says of a session. */
export type Verdict = "working" | "gone" | "unknown";

export interface WatchOptions {
  /** Asks about the session with this process id. */
  readonly ask: (pid: number) => Promise<Verdict>;
  /** Called when the connection was found dead, before it ends; it has not been heard since that time. */
  readonly onDead: (pid: number, since: number) => void;
  /** What the error that ends it says. */
  readonly name: string;
  /** After so long without a byte while one is due, the server is asked. */
  readonly silenceMs: number;
}

/** While the server works on it, it is asked again after twice as long each time, and at least so often. */
const mostMs = 10_000;
/** Where nobody knows: longer than `statement_timeout` allows. */
const limitMs = 35_000;
/** An answer may be on its way while the server is asked. */
const graceMs = 250;
const closingMs = 20;

export const [Query, Sync, Flush] = codes("QSH");
export const [Ready, Key, Suspended, CopyIn, CopyOut, CopyBoth] = codes(
  "ZKsGHW",
);

export class Watch {
  /** When something last came, or was due. */
  #heardAt = performance.now();
  #pid = 0;
  /** Answers that are due: the first is that to the start-up message, which has no type. */
  #due = 0;
  #started = false;
  /** Something was asked for with no end of the question yet. */
  #flushed = false;
  /** A copy waits for whoever reads or writes it. */
  #copying = false;
  #inTransaction = false;
  #waitMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly options: WatchOptions,
  ) {
    this.#waitMs = options.silenceMs;
    endGently(socket, () => this.#inTransaction);
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (chunk: unknown, ...rest: unknown[]) => {
      this.#sent(chunk as Buffer);
      return write(chunk, ...rest);
    };
    const read = messages((type, bytes, at) => this.#got(type, bytes, at));
    socket.on("data", (chunk) => {
      this.#heardAt = performance.now();
      read(chunk as Buffer);
    });
    socket.once("close", () => clearTimeout(this.#timer));
  }

  /**
   * Ends a connection that nobody uses and that was not heard since; the pool makes a new one.
   * Returns the session that it had; 0 if it is left.
   */
  endIfIdle(since: number): number {
    if (this.#busy || this.#inTransaction || this.#heardAt > since) return 0;
    this.socket.destroy();
    return this.#pid;
  }

  get #busy(): boolean {
    return this.#due > 0 || this.#flushed;
  }

  #sent(chunk: Buffer): void {
    if (!this.#busy) {
      this.#heardAt = performance.now();
      this.#waitMs = this.options.silenceMs;
    }
    if (!this.#started) this.#due = 1;
    else this.#count(chunk);
    this.#started = true;
    this.#timer ??= setTimeout(this.#look, this.#waitMs);
  }

  /** postgres.js writes whole messages. */
  #count(chunk: Buffer): void {
    for (let at = 0; at + 5 <= chunk.length;) {
      const type = chunk[at];
      if (type === Sync || type === Query) {
        this.#due++;
        this.#flushed = false;
      } else if (type === Flush) this.#flushed = true;
      at += 1 + chunk.readUInt32BE(at + 1);
    }
  }

  #got(type: number, bytes: Buffer, at: number): void {
    if (type === Ready) {
      this.#due--;
      this.#copying = false;
      this.#inTransaction = bytes[at + 5] !== idleStatus;
    } else if (type === Key) this.#pid = bytes.readUInt32BE(at + 5);
    // A cursor waits for whoever reads it.
    else if (type === Suspended) this.#flushed = false;
    else if (type === CopyIn || type === CopyOut || type === CopyBoth) {
      this.#copying = true;
    }
  }

  readonly #look = async (): Promise<void> => {
    this.#timer = undefined;
    if (!this.#busy) return;
    const heardAt = this.#heardAt;
    const leftMs = heardAt + this.#waitMs - performance.now();
    // The client has a deadline of its own until the session stands.
    const asks = leftMs <= 0 && this.#pid > 0 && !this.#copying;
    if (asks && await this.#isDead(heardAt)) return await this.#end(heardAt);
    if (asks) this.#waitMs = Math.min(mostMs, 2 * this.#waitMs);
    if (this.socket.destroyed || this.#timer !== undefined) return;
    const nextMs = !asks && leftMs > 0 ? leftMs : this.#waitMs;
    this.#timer = setTimeout(this.#look, nextMs);
  };

  async #end(heardAt: number): Promise<void> {
    this.options.onDead(this.#pid, heardAt);
    // Whoever asks again as soon as it fails must not get one that is just being closed.
    await sleep(closingMs);
    this.socket.destroy(this.#error(performance.now() - heardAt));
  }

  async #isDead(heardAt: number): Promise<boolean> {
    const verdict = await this.options.ask(this.#pid);
    if (verdict === "working") return false;
    await sleep(graceMs);
    if (this.#heardAt !== heardAt || this.socket.destroyed) return false;
    return verdict === "gone" || performance.now() - heardAt > limitMs;
  }

  #error(ms: number): Error {
    const message = `${this.options.name} does not answer over this ` +
      `connection, for ${Math.round(ms / 1_000)} s; a new one is made`;
    return Object.assign(new Error(message), { code: "ETIMEDOUT" });
  }
}

const idleStatus = "I".charCodeAt(0);

/** Calls back with each message of a stream that is cut anywhere: its type, and where it begins. */
export function messages(
  onMessage: (type: number, bytes: Buffer, at: number) => void,
) {
  let at = 0;
  let rest: Buffer | undefined;
  return (chunk: Buffer): void => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    rest = undefined;
    while (at + 5 <= bytes.length) {
      const type = bytes[at]!;
      const next = at + 1 + bytes.readUInt32BE(at + 1);
      // Those of which more than the head is read have to be there as a whole.
      if ((type === Ready || type === Key) && next > bytes.length) break;
      onMessage(type, bytes, at);
      at = next;
    }
    if (at < bytes.length) {
      rest = bytes.subarray(at);
      at = 0;
    } else at -= bytes.length;
  };
}

function codes(letters: string): number[] {
  return [...letters].map((letter) => letter.charCodeAt(0));
}
