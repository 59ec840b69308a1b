/** The figures of the pipeline: each host writes its own of the last minutes, and reads those of all. */
import type { Sql } from "postgres";

/** What one process counted and saw of one actor in one minute. */
export interface Minute {
  /** RFC 3339 UTC. */
  readonly minute: string;
  readonly actor: string;
  /** Of this process alone. */
  readonly writer: string;
  readonly events: number;
  readonly dead_letters: number;
  readonly failed_scans: number;
  readonly calls: number;
  readonly lag: number | null;
  readonly pending: number | null;
  readonly quota_remaining: number | null;
  readonly lagging_since: string | null;
  /** By the buckets of engine/histogram.ts; null if there were no events. */
  readonly latency: readonly number[] | null;
}

/** What all hosts together tell of one actor, for a stretch of time from `at`. */
export interface Stretch
  extends Omit<Minute, "minute" | "writer" | "lagging_since"> {
  readonly at: Date;
}

export interface HistoryWindow {
  readonly from: Date;
  /** Excluded. */
  readonly to: Date;
  /** How long a stretch is; whole quarters of an hour for what is older than a day. */
  readonly stepMs: number;
}

export type PipelineStore = ReturnType<typeof createPipelineStore>;

/**
 * Minutes are rolled up when they are a day old. What comes so late that its minute may be rolled up already is not
 * taken any more: written again, it would be counted twice.
 */
export const takenWithinHours = 23;

export function createPipelineStore(sql: Sql) {
  return {
    /** Writing the same again changes nothing. Resolves to how many were taken. */
    async write(minutes: readonly Minute[]): Promise<number> {
      const written = await sql`
        insert into pipeline_minutes
        select * from jsonb_populate_recordset(null::pipeline_minutes, ${
        sql.json(minutes as never)
      })
        where minute > now() - ${takenWithinHours} * interval '1 hour'
        on conflict (minute, actor, writer) do update set
          events = excluded.events, dead_letters = excluded.dead_letters,
          failed_scans = excluded.failed_scans, calls = excluded.calls,
          lag = excluded.lag, pending = excluded.pending,
          quota_remaining = excluded.quota_remaining,
          lagging_since = excluded.lagging_since, latency = excluded.latency`;
      return written.count;
    },
    /** All events that were ever stored, by actor. */
    async totals(): Promise<Map<string, number>> {
      const rows = await sql<{ actor: string; events: number }[]>`
        select actor, sum(events)::float8 as events from (
          select actor, events from pipeline_totals
          union all select actor, sum(events) from pipeline_minutes group by actor
        ) as parts group by actor`;
      return new Map(rows.map(({ actor, events }) => [actor, events]));
    },
    /** Since when each actor was behind when any host looked last; those that were not are missing. */
    async laggingSince(): Promise<Map<string, Date>> {
      const rows = await sql<{ actor: string; lagging_since: Date | null }[]>`
        select distinct on (actor) actor, lagging_since from pipeline_minutes
        where minute <= now() order by actor, minute desc`;
      return new Map(
        rows.flatMap(({ actor, lagging_since: since }) =>
          since ? [[actor, since] as const] : []
        ),
      );
    },
    /** Of every actor, oldest first; a stretch in which no host ran is missing. */
    history: (window: HistoryWindow) => history(sql, window),
  };
}

async function history(
  sql: Sql,
  { from, to, stepMs }: HistoryWindow,
): Promise<Stretch[]> {
  const step = `${stepMs} milliseconds`;
  return await sql<Stretch[]>`
    with parts as (
      select date_bin(${step}::interval, minute, 'epoch') as at, actor, events, dead_letters,
        failed_scans, calls, lag, pending, quota_remaining, latency
      from pipeline_minutes where minute >= ${from} and minute < ${to}
      union all
      select date_bin(${step}::interval, quarter, 'epoch'), actor, events, dead_letters,
        failed_scans, calls, lag, pending, quota_remaining, latency
      from pipeline_quarters where quarter >= ${from} and quarter < ${to}
    ), buckets as (
      select at, actor, place, sum(n)::int as n
      from parts, unnest(latency) with ordinality as bucket (n, place)
      group by at, actor, place
    ), latencies as (
      select at, actor, array_agg(n order by place) as latency
      from buckets group by at, actor
    ), figures as (
      select at, actor, sum(events)::float8 as events, sum(dead_letters)::float8 as dead_letters,
        sum(failed_scans)::float8 as failed_scans, sum(calls)::float8 as calls,
        max(lag)::float8 as lag, max(pending)::float8 as pending,
        min(quota_remaining) as quota_remaining
      from parts group by at, actor
    )
    select figures.*, latency from figures left join latencies using (at, actor)
    order by at, actor`;
}
