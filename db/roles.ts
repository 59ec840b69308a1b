/**
 * A role in PostgreSQL for each actor: it may read and write the rows of the actor's own tables and, of
 * what all share, the actor's own rows (policies in db/migrations). It owns nothing.
 */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";
import type { Login } from "./actor_login.ts";
import { takeLock } from "./migrate.ts";

/** What every isolate's own code needs of the tables of the core. */
const shared: Readonly<Record<string, string>> = {
  watchlist: "select",
  attempts: "select, insert, update, delete",
  dead_letters: "select, insert, update",
  dead_letter_history: "select, insert, delete",
  incidents: "select, insert, update, delete",
  event_traces: "select, insert, update",
  thinning: "select, insert, update",
};
const own = "select, insert, update, delete";

/** The statements that make a role with its password; running them again changes nothing. */
export function roleStatements({ user, password }: Login): string[] {
  return [
    `do $$ begin create role ${user}; exception when duplicate_object then null; end $$`,
    `alter role ${user} login password '${verifierOf(user, password)}'`,
  ];
}

interface Grant {
  readonly user: string;
  readonly table: string;
  readonly rights: string;
}

const grants = (user: string, tables: readonly string[]): Grant[] =>
  [
    ...Object.entries(shared),
    ...tables.map((table) => [quoted(table), own] as const),
  ].map(([table, rights]) => ({ user, table, rights }));

const textOf = ({ user, table, rights }: Grant): string =>
  `grant ${rights} on ${table} to ${user}`;

/** Makes the role, or gives it its password again. @throws if we may not */
export async function makeRole(sql: Sql, login: Login): Promise<void> {
  await sql.begin(async (tx) => {
    await takeLock(tx);
    for (const statement of roleStatements(login)) await tx.unsafe(statement);
  });
}

/** Grants what the role does not have yet. @throws if the tables are not ours */
export async function grantTables(
  sql: Sql,
  { user }: Login,
  tables: readonly string[],
): Promise<void> {
  const all = grants(user, tables);
  if (!(await missing(sql, all)).length) return;
  await sql.begin(async (tx) => {
    await takeLock(tx);
    for (const grant of await missing(tx, all)) await tx.unsafe(textOf(grant));
    await grantSequences(tx, user, tables);
  });
}

/** Of the grants those that are not in force; a table that is gone needs none. */
async function missing(
  sql: Sql | TransactionSql,
  all: readonly Grant[],
): Promise<Grant[]> {
  const held = await sql<{ held: boolean | null }[]>`
    select (
      select bool_and(has_table_privilege(${
    all[0]!.user
  }, to_regclass(given.name), one))
      from regexp_split_to_table(given.rights, ', ') as one
    ) as held
    from unnest(${all.map(({ table }) => table)}::text[],
      ${all.map(({ rights }) => rights)}::text[])
      with ordinality as given (name, rights, place) order by place`;
  return all.filter((_, n) => held[n]!.held === false);
}

/** Those of `serial` columns; an identity needs no right. */
async function grantSequences(
  tx: TransactionSql,
  user: string,
  tables: readonly string[],
): Promise<void> {
  const sequences = await tx<{ name: string }[]>`
    select distinct sequence.oid::regclass::text as name
    from pg_depend join pg_class sequence on sequence.oid = objid and relkind = 'S'
    where refobjid = any (
      select to_regclass(name) from unnest(${
    tables.map(quoted)
  }::text[]) as name)`;
  for (const { name } of sequences) {
    await tx.unsafe(`grant usage on sequence ${name} to ${user}`);
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What PostgreSQL stores of a password (RFC 5803): so the password itself stands in no log of statements. */
function verifierOf(user: string, password: string): string {
  const rounds = 4096;
  const salt = createHmac("sha256", password).update(user).digest()
    .subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, rounds, 32, "sha256");
  const keyed = (text: string) =>
    createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(keyed("Client Key"))
    .digest("base64");
  return `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${stored}:${
    keyed("Server Key").toString("base64")
  }`;
}
