/** Reads a backup into a database, in one transaction: it is all there, or nothing has changed. */
import type { Sql, TransactionSql } from "postgres";
import { quoted, unlimited } from "./backup.ts";
import {
  BackupFileError,
  type BackupReader,
  countLines,
  formatVersion,
  type Header,
  headerSchema,
  sectionSchema,
  trailerSchema,
} from "./backup_file.ts";
import { copyIn } from "./copy.ts";
import { appliedFiles, apply, createTable, takeLock } from "./migrate.ts";
import { filesOf, presentObjects, type Scopes } from "./schema_objects.ts";

/** The database holds something, or somebody uses it. */
export class RestoreRefusedError extends Error {
  override readonly name = "RestoreRefusedError";
}

export interface RestoreOptions {
  readonly scopes: Scopes;
  /** What Signalbox has in the database goes. */
  readonly replace: boolean;
  /** Called with each piece of rows. */
  readonly onRows: (table: string, rows: number) => void;
  /** Called when everything is there, just before the commit, with the deployment that was there before. */
  readonly beforeCommit: (
    tx: TransactionSql,
    replaced: string | null,
  ) => Promise<void>;
}

/** @throws {BackupFileError} */
export async function readHeader(reader: BackupReader): Promise<Header> {
  const header = await reader.line(headerSchema);
  if (header.version === formatVersion) return header;
  throw new BackupFileError(
    `the backup is in format ${header.version}, and this release reads format ${formatVersion}: ` +
      `restore it with Signalbox ${header.application}`,
  );
}

/**
 * Makes the tables as they were, by the same files, and fills them. Newer files are left to the next start.
 * @throws {NewerSchemaError} for a backup or a database of a newer release
 * @throws {RestoreRefusedError}
 * @throws {BackupFileError} if it is damaged
 */
export async function readBackup(
  sql: Sql,
  header: Header,
  reader: BackupReader,
  options: RestoreOptions,
): Promise<Readonly<Record<string, number>>> {
  const { application, migrations, tables } = header;
  const whose = `the backup, made by Signalbox ${application},`;
  const files = filesOf(migrations, options.scopes, whose);
  return await sql.begin(async (tx) => {
    await refuseOthers(tx);
    const replaced = await clear(tx, options);
    await createTable(tx);
    for (const file of files) await apply(tx, file);
    // What the files themselves have put there is in the backup as well.
    if (tables.length) await tx.unsafe(`truncate ${tables.map(quoted)}`);
    const rows: Record<string, number> = {};
    for (const table of tables) {
      rows[table] = await fill(tx, table, reader, options);
    }
    const { rows: told, sequences } = await reader.line(trailerSchema);
    for (const table of tables) {
      if (rows[table] === told[table]) continue;
      throw new BackupFileError(
        `the backup is damaged: ${told[table]} rows of ${table} were written, ${
          rows[table]
        } are in it`,
      );
    }
    for (const { table, column, next } of sequences) {
      await tx`
        select setval(pg_get_serial_sequence(${
        quoted(table)
      }, ${column}), ${next}::bigint, false)`;
    }
    await options.beforeCommit(tx, replaced);
    return rows;
  }) as Readonly<Record<string, number>>;
}

/** Whoever starts meanwhile waits for the lock. */
async function refuseOthers(tx: TransactionSql): Promise<void> {
  await takeLock(tx);
  await unlimited(tx);
  const others = await tx<{ name: string }[]>`
    select distinct application_name as name from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and application_name like 'signalbox%'
      -- A host asks every two seconds; what a pooler keeps open is silent.
      and (state_change is null or state_change > clock_timestamp() - interval '6 seconds')`;
  if (!others.length) return;
  const names = others.map(({ name }) => name).join(", ");
  throw new RestoreRefusedError(
    `Signalbox is connected to this database (${names}): stop it on every host first`,
  );
}

/** Resolves to the deployment that was there; null if there was none. */
async function clear(
  tx: TransactionSql,
  { scopes, replace }: RestoreOptions,
): Promise<string | null> {
  const objects = await presentObjects(tx, scopes);
  if (!objects.length) return null;
  if (!replace) {
    throw new RestoreRefusedError(
      `DATABASE_URL: this database is not empty: it has ${
        objects.slice(0, 3).map(({ name }) => name).join(", ")
      } … ` +
        "Give an empty one, or --replace to lose what Signalbox has there",
    );
  }
  // Of a newer release something would stay behind.
  const known = (await appliedFiles(tx)).filter(({ scope }) =>
    scopes.has(scope)
  );
  filesOf(known, scopes, "this database");
  const there = objects.some(({ name }) => name === "deployment");
  const [row] = there
    ? await tx<{ id: string }[]>`select id from deployment`
    : [];
  for (const { kind, name } of objects) {
    await tx.unsafe(`drop ${kind} if exists ${name} cascade`);
  }
  return row?.id ?? null;
}

async function fill(
  tx: TransactionSql,
  table: string,
  reader: BackupReader,
  { onRows }: RestoreOptions,
): Promise<number> {
  const section = await reader.line(sectionSchema);
  if (section.table !== table) {
    throw new BackupFileError(
      `the backup is damaged: ${section.table} stands where ${table} should`,
    );
  }
  const columns = section.columns.map(quoted);
  const rows = await copyIn(
    tx,
    `copy ${quoted(table)} (${columns}) from stdin`,
  );
  let count = 0;
  try {
    for await (const piece of reader.rows()) {
      const lines = countLines(piece);
      count += lines;
      onRows(table, lines);
      await rows.write(piece);
    }
    await rows.done();
  } catch (error) {
    rows.fail(error);
    throw error;
  }
  return count;
}
