/** How often each event was tried, across restarts of isolates, processes and hosts. */
import type { Sql } from "postgres";

/** Counts one more attempt of each position, and returns how many each has had by now. */
export async function countAttempts(
  sql: Sql,
  topic: string,
  positions: readonly string[],
): Promise<Map<string, number>> {
  const unique = [...new Set(positions)];
  if (unique.length === 0) return new Map();
  // Rows that nobody cleared (their event was trimmed, say) go here: failures are rare enough, and
  // there is no other moment at which this table matters. In order, so that two hosts cannot deadlock.
  const rows = await sql<{ position: string; attempts: number }[]>`
    with stale as (
      select ctid from attempts
      where updated_at < now() - interval '7 days'
        and not (topic = ${topic} and position = any (${unique}::text[]))
      limit 1000
      for update skip locked
    ), pruned as (
      delete from attempts where ctid in (select ctid from stale)
    )
    insert into attempts (topic, position, attempts)
    select ${topic}, position, 1 from unnest(${unique}::text[]) as given (position)
    order by position
    on conflict (topic, position) do update
    set attempts = attempts.attempts + 1, updated_at = now()
    returning position, attempts`;
  return new Map(rows.map((row) => [row.position, row.attempts]));
}

/** How many attempts each position has had so far; those never counted are not in it. */
export async function attemptsOf(
  sql: Sql,
  topic: string,
  positions: readonly string[],
): Promise<Map<string, number>> {
  const rows = await sql<{ position: string; attempts: number }[]>`
    select position, attempts from attempts
    where topic = ${topic} and position = any (${[...positions]}::text[])`;
  return new Map(rows.map((row) => [row.position, row.attempts]));
}

/** Forgets the attempts of events that are done, one way or the other. */
export async function clearAttempts(
  sql: Sql,
  topic: string,
  positions: readonly string[],
): Promise<void> {
  if (positions.length === 0) return;
  await sql`
    delete from attempts
    where topic = ${topic} and position = any (${[...positions]}::text[])`;
}
