/** What people have set for an actor; it outlives restarts and holds for every host. */
import type { Sql } from "postgres";

export async function pausedActors(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ actor: string }[]>`
    select actor from actor_settings where paused`;
  return new Set(rows.map((row) => row.actor));
}

export async function setPaused(
  sql: Sql,
  actor: string,
  paused: boolean,
): Promise<void> {
  await sql`
    insert into actor_settings (actor, paused) values (${actor}, ${paused})
    on conflict (actor) do update
    set paused = excluded.paused, updated_at = now()`;
}
