/** Keeps the history of the pipeline small, in small batches, by one host at a time. */
import type { Sql, TransactionSql } from "postgres";

/** The number of the advisory lock: any, as long as every release keeps to it. */
const lock = "7306918240552";

/**
 * Makes quarters of an hour of minutes that are a day old, and forgets what is older than `keepDays`: at most
 * `limit` rows of each. True if there is more to do; false also while another host is at it.
 */
export async function upkeep(
  sql: Sql,
  keepDays: number,
  limit: number,
): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const [mine] = await tx<{ locked: boolean }[]>`
      select pg_try_advisory_xact_lock(${lock}::bigint) as locked`;
    if (!mine!.locked) return false;
    const rolled = await rollUp(tx, limit);
    const forgotten = await forget(tx, keepDays, limit);
    return rolled === limit || forgotten;
  });
}

/** One statement: the minutes are gone if, and only if, their quarters and totals have them. */
async function rollUp(tx: TransactionSql, limit: number): Promise<number> {
  const [row] = await tx<{ rolled: number }[]>`
    with gone as (
      delete from pipeline_minutes where (minute, actor, writer) in (
        select minute, actor, writer from pipeline_minutes
        where minute < date_bin('15 minutes', now() - interval '1 day', 'epoch')
        order by minute limit ${limit})
      returning *, date_bin('15 minutes', minute, 'epoch') as quarter
    ), buckets as (
      select quarter, actor, place, sum(n)::int as n
      from gone, unnest(latency) with ordinality as bucket (n, place)
      group by quarter, actor, place
    ), latencies as (
      select quarter, actor, array_agg(n order by place) as latency
      from buckets group by quarter, actor
    ), figures as (
      select quarter, actor, sum(events) as events, sum(dead_letters) as dead_letters,
        sum(failed_scans) as failed_scans, sum(calls) as calls, max(lag) as lag,
        max(pending) as pending, min(quota_remaining) as quota_remaining
      from gone group by quarter, actor
    ), totals as (
      insert into pipeline_totals as known (actor, events)
      select actor, sum(events) from gone group by actor
      on conflict (actor) do update set events = known.events + excluded.events
    ), quarters as (
      insert into pipeline_quarters as known (quarter, actor, events, dead_letters, failed_scans,
        calls, lag, pending, quota_remaining, latency)
      select figures.*, latency from figures left join latencies using (quarter, actor)
      on conflict (quarter, actor) do update set
        events = known.events + excluded.events,
        dead_letters = known.dead_letters + excluded.dead_letters,
        failed_scans = known.failed_scans + excluded.failed_scans,
        calls = known.calls + excluded.calls,
        lag = greatest(known.lag, excluded.lag),
        pending = greatest(known.pending, excluded.pending),
        quota_remaining = least(known.quota_remaining, excluded.quota_remaining),
        latency = (
          select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place)
          from unnest(known.latency, excluded.latency) with ordinality as both_of (a, b, place))
    )
    select count(*)::int as rolled from gone`;
  return row!.rolled;
}

async function forget(
  tx: TransactionSql,
  keepDays: number,
  limit: number,
): Promise<boolean> {
  const before = tx`now() - ${keepDays} * interval '1 day'`;
  const gone = [
    await tx`
      delete from pipeline_quarters where (quarter, actor) in (
        select quarter, actor from pipeline_quarters where quarter < ${before}
        order by quarter limit ${limit})`,
    await tx`
      delete from journal where id in (
        select id from journal where coalesce(until, at) < ${before}
        order by coalesce(until, at) limit ${limit})`,
    await tx`
      delete from host_runs where id in (
        select id from host_runs where started_at < ${before} and seen_at < ${before}
        order by started_at limit ${limit})`,
  ];
  return gone.some(({ count }) => count === limit);
}
