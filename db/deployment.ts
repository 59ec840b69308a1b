/** What a deployment remembers of itself, for every host and beyond restarts. */
import type { Sql } from "postgres";

/** The actors that people have paused. */
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

/** Notes that `provider` fills this database from now on; returns the others that did before. */
export async function noteMarket(
  sql: Sql,
  provider: string,
): Promise<string[]> {
  await sql`
    insert into markets (provider) values (${provider}) on conflict do nothing`;
  const rows = await sql<{ provider: string }[]>`
    select provider from markets where provider <> ${provider}
    order by first_used_at`;
  return rows.map((row) => row.provider);
}
