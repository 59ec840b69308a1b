/**
 * COPY in both directions. postgres.js hands on single rows, and loses what goes wrong at the end: so its
 * streams are used for their messages alone.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { TransactionSql } from "postgres";
import { createBell } from "../wait.ts";

/** What may wait for whoever writes it down. */
const mostBytes = 1 << 18;

/** The rows of a `copy … to stdout`, many in each piece. */
export async function* copyOut(
  tx: TransactionSql,
  statement: string,
): AsyncGenerator<Uint8Array> {
  const stream = await tx.unsafe(statement).readable() as Readable;
  const bell = createBell();
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let failed: unknown;
  stream.on("error", (error) => (failed = error, bell.ring()));
  // A row is a message: its own stream would take many times as long for each.
  stream.push = (row: Uint8Array | null) => {
    if (row === null) ended = true;
    else bytes += waiting[waiting.push(row) - 1]!.length;
    bell.ring();
    return bytes < mostBytes;
  };
  // What came in the same breath as the stream.
  stream.on("end", () => (ended = true, bell.ring()));
  for (let row; (row = stream.read()) !== null;) waiting.push(row);
  while (!failed) {
    const done = ended;
    const piece = Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
    // Also at the end: a connection that is held back would never answer again.
    stream._read(0);
    if (piece.length > 0) yield piece;
    if (done) return;
    if (bytes === 0 && !ended) await bell.wait();
  }
  throw failed;
}

/**
 * Writes rows to a `copy … from stdin`. `done` resolves when all of them are in; both reject with what PostgreSQL
 * has against one, of which the stream tells only before it has ended.
 */
export async function copyIn(tx: TransactionSql, statement: string) {
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {}); // looked at by whoever writes
  const query = tx.unsafe(statement) as unknown as {
    reject(error: unknown): void;
    writable(): Promise<Writable>;
  };
  const reject = query.reject;
  query.reject = (error) => {
    refused.reject(error);
    reject(error);
  };
  const stream = await query.writable();
  stream.on("error", refused.reject);
  const event = (name: string) =>
    Promise.race([once(stream, name), refused.promise]);
  return {
    async write({ buffer, byteOffset, byteLength }: Uint8Array): Promise<void> {
      const more = stream.write(Buffer.from(buffer, byteOffset, byteLength));
      if (!more) await event("drain");
    },
    async done(): Promise<void> {
      stream.end();
      await event("finish");
    },
    /** PostgreSQL would go on waiting for rows. */
    fail: (error: unknown) => void stream.destroy(error as Error),
  };
}
