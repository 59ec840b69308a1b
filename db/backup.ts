/**
 * Writes a backup: all tables of Signalbox as of one instant, by COPY in one transaction that reads only.
 * Nobody waits for it, and nothing grows with the number of rows.
 */
import type { Sql, TransactionSql } from "postgres";
import {
  countLines,
  endOfRows,
  formatVersion,
  type Header,
  lineOf,
  type Trailer,
} from "./backup_file.ts";
import { copyOut } from "./copy.ts";
import { appliedFiles } from "./migrate.ts";
import { tablesIn } from "./own_tables.ts";
import { filesOf, type Scopes } from "./schema_objects.ts";

export interface BackupOptions {
  /** The release that makes it. */
  readonly application: string;
  readonly scopes: Scopes;
  /** Called with each piece of rows. */
  readonly onRows: (table: string, rows: number) => void;
  readonly onRemark: (text: string) => void;
  /** Takes what is to be written, uncompressed, and resolves when more may come. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

export interface BackupOutcome {
  readonly header: Header;
  readonly rows: Readonly<Record<string, number>>;
}

/** @throws {NewerSchemaError} if a newer release has used the database: it has tables that nobody here knows */
export async function writeBackup(
  sql: Sql,
  options: BackupOptions,
): Promise<BackupOutcome> {
  return await sql.begin(
    "isolation level repeatable read read only",
    async (tx) => {
      await unlimited(tx);
      // Rows that we may not see would be missing: then it fails.
      await tx`set local row_security = off`;
      const header = await readHeader(tx, options);
      await options.write(lineOf(header));
      const rows: Record<string, number> = {};
      for (const table of header.tables) {
        rows[table] = await writeRows(tx, table, options);
      }
      const sequences = await readSequences(tx, header.tables);
      await options.write(lineOf({ end: true, rows, sequences }));
      return { header, rows };
    },
  ) as BackupOutcome;
}

/** A statement of ours usually may not take so long. */
export async function unlimited(tx: TransactionSql): Promise<void> {
  await tx`set local statement_timeout = 0`;
  await tx`set local lock_timeout = 0`;
  await tx`set local idle_in_transaction_session_timeout = 0`;
}

async function readHeader(
  tx: TransactionSql,
  { application, scopes, onRemark }: BackupOptions,
): Promise<Header> {
  const applied = await appliedFiles(tx);
  if (!applied.length) {
    throw new Error(
      "DATABASE_URL: this database has no tables of Signalbox: there is nothing to back up",
    );
  }
  const gone = new Set(
    applied.map(({ scope }) => scope).filter((scope) => !scopes.has(scope)),
  );
  for (const scope of gone) {
    onRemark(
      `actors/${scope}/ is not here any more: its tables are left out`,
    );
  }
  const migrations = applied.filter(({ scope }) => !gone.has(scope));
  const text = filesOf(migrations, scopes, "this database")
    .map((file) => file.text).join("\n");
  const [about] = await tx<
    { made_at: Date; postgresql: string; deployment: string }[]
  >`
    select now() as made_at, current_setting('server_version') as postgresql,
      (select id from deployment) as deployment`;
  const { made_at, postgresql, deployment } = about!;
  return {
    format: "signalbox-backup",
    version: formatVersion,
    application,
    made_at: made_at.toISOString(),
    deployment,
    postgresql,
    migrations: migrations.map(({ scope, number, name, checksum }) => (
      { scope, number, name, checksum }
    )),
    tables: await inOrder(tx, tablesIn(text)),
  };
}

/** Those that there are, each after the ones that it refers to. */
async function inOrder(
  tx: TransactionSql,
  names: readonly string[],
): Promise<string[]> {
  const rows = await tx<{ name: string; needs: string[] }[]>`
    select relname as name, array(
      select other.relname::text from pg_constraint join pg_class other on other.oid = confrelid
      where conrelid = pg_class.oid and contype = 'f' and confrelid <> conrelid
    ) as needs
    from pg_class
    where relname = any (${[...names]}::text[]) and relkind in ('r', 'p')
      and relnamespace = current_schema()::regnamespace
    order by relname`;
  const done: string[] = [];
  const visit = (name: string) => {
    const row = rows.find((row) => row.name === name);
    if (!row || done.includes(name)) return;
    row.needs.forEach(visit);
    if (!done.includes(name)) done.push(name);
  };
  for (const { name } of rows) visit(name);
  return done;
}

async function writeRows(
  tx: TransactionSql,
  table: string,
  { write, onRows }: BackupOptions,
): Promise<number> {
  const found = await tx<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = ${
    quoted(table)
  }::regclass and attnum > 0 and not attisdropped
      and attgenerated = ''
    order by attnum`;
  const columns = found.map(({ name }) => name);
  await write(lineOf({ table, columns }));
  // As a query: a table in parts is copied as a whole.
  const query = `select ${columns.map(quoted)} from ${quoted(table)}`;
  let count = 0;
  for await (const piece of copyOut(tx, `copy (${query}) to stdout`)) {
    const lines = countLines(piece);
    count += lines;
    onRows(table, lines);
    await write(piece);
  }
  await write(endOfRows);
  const [row] = await tx.unsafe<{ count: string }[]>(
    `select count(*) as count from ${quoted(table)}`,
  );
  if (Number(row!.count) !== count) {
    throw new Error(
      `${table} has ${
        row!.count
      } rows, and ${count} came: this backup would not be whole`,
    );
  }
  return count;
}

export const quoted = (name: string): string =>
  `"${name.replaceAll('"', '""')}"`;

/** After the rows: numbers are given out meanwhile, and never twice. */
async function readSequences(
  tx: TransactionSql,
  tables: readonly string[],
): Promise<Trailer["sequences"]> {
  const found = await tx<
    { table: string; column: string; sequence: string }[]
  >`
    select relname as table, attname as column,
      pg_get_serial_sequence(quote_ident(relname), attname) as sequence
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relname = any (${[...tables]}::text[])
      and relnamespace = current_schema()::regnamespace
      and attnum > 0 and not attisdropped
      and pg_get_serial_sequence(quote_ident(relname), attname) is not null
    order by relname, attname`;
  const sequences = [];
  for (const { table, column, sequence } of found) {
    const [row] = await tx.unsafe<{ next: string }[]>(
      `select (last_value + is_called::int)::text as next from ${sequence}`,
    );
    sequences.push({ table, column, next: row!.next });
  }
  return sequences;
}
