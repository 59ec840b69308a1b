/** `ctl backup`: everything that PostgreSQL holds of Signalbox, in one file. */
import { writeBackup } from "../db/backup.ts";
import { connectDatabase } from "../db/client.ts";
import { readScopes } from "../db/schema_objects.ts";
import { readServerUrls } from "../config.ts";
import { actorFolders } from "../engine/discovery.ts";
import project from "../deno.json" with { type: "json" };
import { command, UsageError } from "./command.ts";
import { fileIn } from "./place.ts";

export const root = new URL("../", import.meta.url);

export const backup = command({
  words: "<file>",
  writes: true,
  summary: "Writes all that PostgreSQL holds of Signalbox into one file.",
  details:
    `As of one instant, while Signalbox runs; nobody waits for it. Needs DATABASE_URL, with the login of
Signalbox itself. The file is written under another name and renamed when it is whole; only its owner may
read it: it holds the secret from which the signals' passwords are made. "ctl restore <file>" reads it. "-" is the standard output.`,
  async run([given], { env, answer, note }) {
    const file = fileIn(env, given);
    const sql = connectDatabase(databaseOf(env, "backup"), {
      max: 1,
      name: "ctl",
    });
    try {
      const scopes = await readScopes(root, await actorFolders(actors));
      const progress = createProgress("written", note);
      const { header, rows } = await intoFile(
        file,
        (write) =>
          writeBackup(sql, {
            application: project.version,
            scopes,
            onRows: progress,
            onRemark: note,
            write,
          }),
      );
      const { made_at, tables } = header;
      const told = `${
        sum(rows)
      } rows of ${tables.length} tables as of ${made_at}`;
      if (file === "-") return note(told);
      const bytes = (await Deno.stat(file)).size;
      answer(
        { file, bytes, made_at, rows },
        `${file}: ${told}, ${megabytes(bytes)}`,
      );
    } finally {
      await sql.end({ timeout: 1 });
    }
  },
});

const actors = new URL("actors/", root);

/** @throws {UsageError} if the environment names none */
export function databaseOf(env: Record<string, string>, name: string): string {
  const { databaseUrl } = readServerUrls(env);
  if (databaseUrl) return databaseUrl;
  throw new UsageError(
    `${name} needs DATABASE_URL; what deno task dev keeps is in DATA_DIR (.data): stop it, and copy that folder`,
  );
}

export const sum = (rows: Readonly<Record<string, number>>): string =>
  Object.values(rows).reduce((all, one) => all + one, 0)
    .toLocaleString("en-US");

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

const noteEveryMs = 2_000;

/** Tells every few seconds how far it is. */
export function createProgress(done: string, note: (text: string) => void) {
  let told = performance.now();
  const rows = new Map<string, number>();
  return (table: string, more: number): void => {
    rows.set(table, (rows.get(table) ?? 0) + more);
    if (performance.now() - told < noteEveryMs) return;
    told = performance.now();
    const count = rows.get(table)!.toLocaleString("en-US");
    note(`${table}: ${count} rows ${done} …`);
  };
}

/** Compresses what `work` writes; the file has its name once all of it is on the disk. `-`: the output. */
async function intoFile<T>(file: string, work: Work<T>): Promise<T> {
  if (file === "-") return await compressed(Deno.stdout, work);
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished);
  try {
    const result = await compressed(handle, work);
    await handle.sync();
    await Deno.rename(unfinished, file);
    return result;
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  } finally {
    handle.close();
  }
}

type Work<T> = (write: (bytes: Uint8Array) => Promise<void>) => Promise<T>;

async function open(file: string): Promise<Deno.FsFile> {
  try {
    // One that a killed run has left may have other rights.
    await Deno.remove(file).catch(() => {});
    return await Deno.open(file, {
      ...{ write: true, createNew: true, mode: 0o600 },
    });
  } catch (cause) {
    throw new UsageError(
      `${file} cannot be written (${
        (cause as Error).message
      }): give another place`,
      { cause },
    );
  }
}

type Writer = Pick<Deno.FsFile, "write">;

async function compressed<T>(to: Writer, work: Work<T>): Promise<T> {
  const gzip = new CompressionStream("gzip");
  const stored = store(gzip.readable, to);
  stored.catch(() => {}); // looked at below
  const writer = gzip.writable.getWriter();
  const failed = stored.then(() => new Promise<never>(() => {}));
  failed.catch(() => {});
  try {
    const result = await work(async (bytes) => {
      const written = writer.write(bytes as Uint8Array<ArrayBuffer>);
      await Promise.race([written, failed]);
    });
    await writer.close();
    await stored;
    return result;
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

/** pipeTo() may resolve before the last piece is written. */
async function store(
  bytes: ReadableStream<Uint8Array>,
  to: Writer,
): Promise<void> {
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length;) {
      at += await to.write(piece.subarray(at));
    }
  }
}
