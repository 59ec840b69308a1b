/** The tables of the core and of each actor, each brought up to date on its own. */
import type { Sql } from "postgres";
import { isUnavailable } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import type { Actor, Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";

export interface Migrations {
  readonly sql: Sql;
  readonly root: URL;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly log: Log;
  /** An actor whose tables cannot be made: it is left aside, and the others run. */
  readonly onBroken: (actor: string, error: string) => void;
}

/** May be called again: what is applied stays so. Rejects while the database is away. */
export async function migrateAll(
  { sql, root, actors, log, onBroken }: Migrations,
): Promise<void> {
  const apply = async (scope: string, dir: URL) => {
    for (const name of await migrate(sql, [{ scope, dir }])) {
      log.info("migrated", { file: name });
    }
  };
  await apply("core", new URL("db/migrations/", root));
  for (const name of [...actors.keys()]) {
    try {
      await apply(name, new URL(`actors/${name}/`, root));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      onBroken(name, explain(error));
    }
  }
}
