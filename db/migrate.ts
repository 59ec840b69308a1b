/**
 * Numbered SQL files, each applied once, in one transaction, by one host at a time.
 *
 * A scope has its own numbers: `core` has `0001_name.sql`, …; an actor has `schema.sql`, which is number
 * 1, then `schema.2.sql`, `schema.3.sql`. So a folder dropped into `actors/` brings its tables along.
 */
import { createHash } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";

export interface Migration {
  readonly scope: string;
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** A database, or a backup, of a newer release than this one. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/** The number of the advisory lock: any, as long as every release keeps to it. */
const lock = "5183940226176";

/**
 * Applies what is not applied yet of a scope's folder (its URL ends with a slash), and returns its names
 * (`core/0001_core.sql`). Several hosts may start at once: they take turns.
 * @throws {NewerSchemaError} if a newer release has been here
 * @throws if a file fails (its transaction leaves nothing behind), or was changed after it was applied
 */
export async function migrate(
  sql: Sql,
  scope: string,
  dir: URL,
): Promise<string[]> {
  const migrations = await readFolder(scope, dir);
  await sql.begin(async (tx) => {
    await createTable(tx);
    refuseNewer(await appliedFiles(tx), scope, migrations);
  });
  const applied: string[] = [];
  for (const migration of migrations) {
    const isNew = await sql.begin((tx) => apply(tx, migration));
    if (isNew) applied.push(`${scope}/${migration.name}`);
  }
  return applied;
}

/** What a database says of a file that was applied to it. */
export type Applied = Pick<Migration, "scope" | "number" | "name" | "checksum">;

/** Of all scopes, in their order, the core's first; empty where nothing was ever applied. */
export async function appliedFiles(tx: TransactionSql): Promise<Applied[]> {
  const [found] = await tx<{ there: boolean }[]>`
    select to_regclass('migrations') is not null as there`;
  if (!found!.there) return [];
  return await tx<Applied[]>`
    select scope, number, name, checksum from migrations
    order by scope <> 'core', scope, number`;
}

/**
 * What an older release would do with tables that it does not know, nobody can tell.
 * @throws {NewerSchemaError}
 */
function refuseNewer(
  applied: readonly Applied[],
  scope: string,
  known: readonly Migration[],
): void {
  const newer = applied.find((one) =>
    one.scope === scope && !known.some(({ number }) => number === one.number)
  );
  if (!newer) return;
  const newest = known.at(-1);
  throw new NewerSchemaError(
    `this database has been used by a newer release of Signalbox: ${scope}/${newer.name} was ` +
      `applied to it, and ${
        newest ? `${scope}/${newest.name}` : "nothing"
      } is the newest ` +
      "that this release has. Start the newer release again, or give this one an empty database " +
      "and restore a backup that it made itself (ctl restore)",
  );
}

/** A lock of the transaction: one of the session would need a reserved connection, and leak with it. */
export async function takeLock(tx: TransactionSql): Promise<void> {
  // A migration, or waiting for another host's, may take longer than a statement usually may.
  await tx`set local statement_timeout = 0`;
  await tx`set local lock_timeout = 0`;
  await tx`select pg_advisory_xact_lock(${lock}::bigint)`;
}

/** The list of what was applied. Takes the lock. */
export async function createTable(tx: TransactionSql): Promise<void> {
  await takeLock(tx);
  await tx`
    create table if not exists migrations (
      scope text not null,
      number integer not null,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now(),
      primary key (scope, number)
    )`;
}

/** True if it was applied now, false if it had been. */
export async function apply(
  tx: TransactionSql,
  file: Migration,
): Promise<boolean> {
  await takeLock(tx);
  const [known] = await tx<{ checksum: string }[]>`
    select checksum from migrations
    where scope = ${file.scope} and number = ${file.number}`;
  if (known) {
    if (known.checksum !== file.checksum) throw changedError(file);
    return false;
  }
  try {
    await tx.unsafe(file.text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file.scope}/${file.name} failed: ${why}`, { cause });
  }
  await tx`
    insert into migrations (scope, number, name, checksum)
    values (${file.scope}, ${file.number}, ${file.name}, ${file.checksum})`;
  return true;
}

function changedError(file: Migration): Error {
  const next = file.name.startsWith("schema")
    ? `schema.${file.number + 1}.sql`
    : `${String(file.number + 1).padStart(4, "0")}_….sql`;
  return new Error(
    `${file.scope}/${file.name} was changed after it had been applied to this database: ` +
      `restore it, and put the change into a new file (${next}, or the next free number)`,
  );
}

/** The numbered files of a scope, in order. */
export async function readFolder(
  scope: string,
  dir: URL,
): Promise<Migration[]> {
  const found = new Map<number, Migration>();
  for await (const { name } of Deno.readDir(dir)) {
    const match = /^(?:(\d+)_.+|schema(?:\.(\d+))?)\.sql$/.exec(name);
    if (!match) continue;
    const number = Number(match[1] ?? match[2] ?? 1);
    const twin = found.get(number)?.name;
    if (twin) {
      throw new Error(
        `${scope}: ${twin} and ${name} have the same number; rename one`,
      );
    }
    const raw = await Deno.readTextFile(new URL(name, dir));
    // Line ends differ between checkouts; what the file says does not.
    const text = raw.replaceAll("\r\n", "\n");
    const checksum = createHash("sha256").update(text).digest("hex");
    found.set(number, { scope, number, name, text, checksum });
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}
