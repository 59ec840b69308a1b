/** The processes of Signalbox that ran, by the clock of the database, and until when each was seen. */
import type { Sql } from "postgres";

export interface HostRun {
  readonly host: string;
  readonly started_at: Date;
  /** When it stopped, or was seen last. */
  readonly ended_at: Date;
  /** How it ended: told to, or without a word; null while it runs. */
  readonly end: "stopped" | "lost" | null;
}

/** A process that was not seen for so long has ended: hosts are seen every ten seconds. */
const lostAfterSeconds = 40;

/** It runs; the first time it is called, since now. */
export async function noteRun(
  sql: Sql,
  id: string,
  host: string,
): Promise<void> {
  await sql`
    insert into host_runs (id, host) values (${id}, ${host})
    on conflict (id) do update set seen_at = now(), host = excluded.host`;
}

export async function endRun(sql: Sql, id: string): Promise<void> {
  await sql`
    update host_runs set seen_at = now(), stopped_at = now() where id = ${id}`;
}

/** The newest runs, oldest first. */
export async function listRuns(sql: Sql, limit: number): Promise<HostRun[]> {
  const rows = await sql<HostRun[]>`
    select host, started_at, coalesce(stopped_at, seen_at) as ended_at,
      case when stopped_at is not null then 'stopped'
        when seen_at < now() - ${lostAfterSeconds} * interval '1 second' then 'lost' end as end
    from host_runs order by started_at desc limit ${limit}`;
  return [...rows].reverse();
}
