/** For tests: a database of their own with the tables of the core, and of actors. */
import type { Sql } from "postgres";
import { testDatabase } from "./servers.ts";
import { connectDatabase } from "../../db/client.ts";
import { migrate } from "../../db/migrate.ts";

export interface MigratedDatabase extends AsyncDisposable {
  readonly url: string;
  readonly sql: Sql;
}

export async function migratedDatabase(
  ...actors: string[]
): Promise<MigratedDatabase> {
  const { url, drop } = await testDatabase();
  const sql = connectDatabase(url);
  const root = new URL("../../", import.meta.url);
  await migrate(sql, "core", new URL("db/migrations/", root));
  for (const actor of actors) {
    await migrate(sql, actor, new URL(`actors/${actor}/`, root));
  }
  return {
    url,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await drop();
    },
  };
}
