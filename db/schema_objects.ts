/** What the files of this release make in a database: their tables, and what else is theirs. */
import type { Sql, TransactionSql } from "postgres";
import {
  type Applied,
  type Migration,
  NewerSchemaError,
  readFolder,
} from "./migrate.ts";
import { tablesIn } from "./own_tables.ts";

/** The files of the core and of each actor's folder, by scope. */
export type Scopes = ReadonlyMap<string, readonly Migration[]>;

/** @param root the project's folder, which ends with a slash */
export async function readScopes(
  root: URL,
  actors: readonly string[],
): Promise<Scopes> {
  const scopes = new Map([
    ["core", await readFolder("core", new URL("db/migrations/", root))],
  ]);
  for (const name of actors) {
    const dir = new URL(`actors/${name}/`, root);
    scopes.set(name, await readFolder(name, dir));
  }
  return scopes;
}

/**
 * The files of this release that are the same as those, in their order.
 * @param whose `this database`, or `the backup`, with who made it
 * @throws {NewerSchemaError} if it lacks one
 */
export function filesOf(
  applied: readonly Applied[],
  scopes: Scopes,
  whose: string,
): Migration[] {
  return applied.map(({ scope, number, name, checksum }) => {
    const files = scopes.get(scope);
    if (!files) {
      throw new NewerSchemaError(
        `${whose} holds the signal ${scope}, and actors/${scope}/ is not here: put that folder ` +
          "back first, for it makes the tables",
      );
    }
    const own = files.find((file) => file.number === number);
    if (own?.checksum === checksum) return own;
    const why = own ? "is another here" : "is not in this one";
    throw new NewerSchemaError(
      `${whose} is of a newer release of Signalbox, or of another one: ${scope}/${name} ${why}. ` +
        "Use that release",
    );
  });
}

const functions = /\bcreate\s+(?:or\s+replace\s+)?function\s+([a-z_]\w*)/gi;

/** A table, a view or a function, as a statement names it. */
export interface SchemaObject {
  readonly kind: "table" | "view" | "materialized view" | "function";
  readonly name: string;
}

/** What the files make that is there now, in the order in which it can be dropped: tables use the functions. */
export async function presentObjects(
  tx: TransactionSql | Sql,
  scopes: Scopes,
): Promise<SchemaObject[]> {
  const text = [...scopes.values()].flat().map((file) => file.text).join("\n");
  const names = ["migrations", ...tablesIn(text)];
  const made = [...text.matchAll(functions)].map(([, name]) => name!);
  const tables = await tx<SchemaObject[]>`
    select case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
      oid::regclass::text as name
    from pg_class
    where relkind in ('r', 'p', 'v', 'm') and relname = any (${names}::text[])
      and relnamespace = current_schema()::regnamespace`;
  const others = await tx<SchemaObject[]>`
    select 'function' as kind, oid::regprocedure::text as name from pg_proc
    where proname = any (${made}::text[])
      and pronamespace = current_schema()::regnamespace`;
  return [...tables, ...others];
}
