import type { Sql } from "postgres";

/** How often each event of a topic was tried, across restarts of isolates, processes and hosts. */
export function createAttempts(sql: Sql, topic: string) {
  type Row = { position: string; attempts: number };
  const byPosition = (rows: readonly Row[]) =>
    new Map(rows.map((row) => [row.position, row.attempts]));
  return {
    /** How many attempts each position has had so far; those never counted are not in it. */
    async of(positions: readonly string[]) {
      return byPosition(
        await sql<Row[]>`
          select position, attempts from attempts
          where topic = ${topic} and position = any (${[
          ...positions,
        ]}::text[])`,
      );
    },
    /** Counts one more attempt of each position, and returns how many each has had by now. */
    async count(positions: readonly string[]) {
      const unique = [...new Set(positions)];
      // Rows that nobody cleared (their event was trimmed, say) go here: failures are rare enough, and
      // there is no other moment at which this table matters. In order, so that two hosts cannot deadlock.
      return byPosition(
        await sql<Row[]>`
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
          returning position, attempts`,
      );
    },
    /** Takes back one attempt of each position: it was given up, and nothing died of it. */
    async uncount(positions: readonly string[]) {
      await sql`
        with counted as (
          select position from attempts
          where topic = ${topic} and position = any (${[...positions]}::text[])
          order by position
          for update
        )
        update attempts set attempts = greatest(attempts.attempts - 1, 0)
        from counted
        where topic = ${topic} and attempts.position = counted.position`;
    },
    /** Forgets the attempts of events that are done, one way or the other. */
    async clear(positions: readonly string[]) {
      if (positions.length === 0) return;
      await sql`
        delete from attempts
        where topic = ${topic} and position = any (${[...positions]}::text[])`;
    },
  };
}
