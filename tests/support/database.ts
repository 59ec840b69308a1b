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
  await migrate(sql, [
    { scope: "core", dir: new URL("../../db/migrations/", import.meta.url) },
    ...actors.map((actor) => ({
      scope: actor,
      dir: new URL(`../../actors/${actor}/`, import.meta.url),
    })),
  ]);
  return {
    url,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await drop();
    },
  };
}
