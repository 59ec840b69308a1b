/**
 * The file of a backup: gzip over lines of text. A JSON line says what it is (`Header`); then, for each
 * table, a JSON line `{"table","columns"}`, its rows as PostgreSQL's COPY writes them, and a line `\.`;
 * at last a JSON line (`Trailer`), so that a file that was cut off is known as one.
 */
import { z } from "zod";

/** It changes when an older release could not read the file any more. */
export const formatVersion = 1;

export const headerSchema = z.object({
  format: z.literal("signalbox-backup"),
  version: z.number(),
  /** The release that made it. */
  application: z.string(),
  /** When its snapshot was taken, RFC 3339 UTC, by PostgreSQL's clock. */
  made_at: z.string(),
  /** The deployment's id, which its Redis carries as well. */
  deployment: z.string(),
  postgresql: z.string(),
  /** The files that made its tables. */
  migrations: z.array(z.object({
    scope: z.string(),
    number: z.number(),
    name: z.string(),
    checksum: z.string(),
  })),
  /** In an order in which each may be filled. */
  tables: z.array(z.string()),
});
export type Header = z.infer<typeof headerSchema>;

export const sectionSchema = z.object({
  table: z.string(),
  columns: z.array(z.string()),
});
export type Section = z.infer<typeof sectionSchema>;

export const trailerSchema = z.object({
  end: z.literal(true),
  /** By table. */
  rows: z.record(z.string(), z.number()),
  /** The next number of each identity. */
  sequences: z.array(z.object({
    table: z.string(),
    column: z.string(),
    next: z.string(),
  })),
});
export type Trailer = z.infer<typeof trailerSchema>;

/** It cannot be read as a backup; the message says why, and what to do. */
export class BackupFileError extends Error {
  override readonly name = "BackupFileError";
}

const newline = 10;
export const endOfRows = new TextEncoder().encode("\\.\n");

export function lineOf(value: Header | Section | Trailer): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

/** How many lines end in it: COPY writes a row as a line. */
export function countLines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(newline); at >= 0;) {
    count++;
    at = chunk.indexOf(newline, at + 1);
  }
  return count;
}

/** Reads the lines and the rows of a backup, in their order, holding no more than what it was given last. */
export class BackupReader {
  readonly #chunks: ReadableStreamDefaultReader<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  /** @param file as it is, compressed */
  constructor(file: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#chunks = file.pipeThrough(new DecompressionStream("gzip"))
      .getReader();
  }

  /** The next JSON line. @throws {BackupFileError} if it is not one of these */
  async line<T>(schema: z.ZodType<T>): Promise<T> {
    let end = this.#held.indexOf(newline);
    while (end < 0) {
      if (this.#held.length > longestLine) throw notOne();
      await this.#more();
      end = this.#held.indexOf(newline);
    }
    const text = new TextDecoder().decode(this.#take(end + 1));
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw notOne(cause);
    }
  }

  /** The rows of a table, in pieces that end anywhere, up to the line that ends them. */
  async *rows(): AsyncGenerator<Uint8Array> {
    let lineBegins = true;
    while (true) {
      while (this.#held.length < endOfRows.length) await this.#more();
      const at = findEnd(this.#held, lineBegins);
      if (at >= 0) {
        if (at > 0) yield this.#take(at);
        this.#take(endOfRows.length);
        return;
      }
      // The last bytes may be the beginning of the end.
      const piece = this.#take(this.#held.length - endOfRows.length + 1);
      lineBegins = piece.at(-1) === newline;
      yield piece;
    }
  }

  async cancel(): Promise<void> {
    await this.#chunks.cancel().catch(() => {});
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.read().catch((cause) => {
      throw notOne(cause);
    });
    if (next.done) {
      throw new BackupFileError(
        "the backup ends too early: the file was cut off; take another one",
      );
    }
    if (this.#held.length === 0) this.#held = next.value;
    else this.#held = joined(this.#held, next.value);
  }

  #take(length: number): Uint8Array {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}

/** Headers list every migration and table, and that is all. */
const longestLine = 4_000_000;

const notOne = (cause?: unknown) =>
  new BackupFileError(
    "this is not a backup that ctl backup has made, or it is damaged",
    { cause },
  );

/** Where `\.` stands as a line by itself; -1 if nowhere. */
function findEnd(bytes: Uint8Array, lineBegins: boolean): number {
  const [backslash, dot] = endOfRows;
  for (let at = bytes.indexOf(backslash!); at >= 0;) {
    const begins = at === 0 ? lineBegins : bytes[at - 1] === newline;
    if (begins && bytes[at + 1] === dot && bytes[at + 2] === newline) return at;
    at = bytes.indexOf(backslash!, at + 1);
  }
  return -1;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
