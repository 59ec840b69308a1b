/** A long window of prices in few rows, thinned where they are: in the database. */
import type { Fragment, Sql } from "postgres";
import type { HistoryQuery } from "../../engine/actor.ts";

export interface Window extends Pick<HistoryQuery, "symbol"> {
  readonly from: string;
  readonly to: string;
}

/** Rows that a stretch keeps: its first and last, lowest and highest, and both sides of its longest pause. */
const keptOfEach = 6;
/** Bins to a stretch: enough that closed nights, which fill none, do not make the others coarse. */
const finer = 8;

/** True if the window has more rows than `points`: looked up, not counted. */
export async function isLonger(
  sql: Sql,
  { symbol, from, to }: Window,
  points: number,
): Promise<boolean> {
  const found = await sql`
    select 1 from quotes
    where symbol = ${symbol}
      and at between ${from}::text::timestamptz and ${to}::text::timestamptz
    order by at offset ${points} limit 1`;
  return found.length > 0;
}

/** As wide as an hour, or nearly: then hours do for bins. */
const hourly = "45 minutes";

/**
 * A query of the instants of at most `points` rows (six or more) of the window, as `at` and `pause_ms`.
 *
 * One pass puts all rows into bins of equal time, or takes the hours that are rolled up for bins, where those are
 * fine enough. Bins that hold any are joined, as many as it takes, to stretches. Of each stretch these rows
 * stay: the first and the last, the lowest and the highest price (of equal ones the earliest), and those on both
 * sides of the longest pause between its bins. So the window's own first, last, lowest and highest are among
 * them, and no outage is covered up: a row behind a pause has in `pause_ms` how long nothing came before it, and
 * the others null.
 */
export function thinnedInstants(
  sql: Sql,
  window: Window,
  points: number,
): Fragment {
  const { symbol } = window;
  const stretches = Math.max(1, Math.floor(points / keptOfEach));
  return sql`
    with ${binsOf(sql, window, stretches * finer)},
    numbered as (
      select *, (row_number() over (order by first) - 1)
        / ceil((select count(*) from bins) / ${stretches}::float8)::int as stretch
      from bins
    ), paused as (
      select *, lead(first) over (partition by stretch order by first) as next
      from numbered
    ), kept as (
      select stretch, min(first) as first, max(last) as last,
        (array_agg(first order by low, first))[1] as low_from,
        (array_agg(low_at order by low, first))[1] as low_at, min(low) as low,
        (array_agg(first order by high desc, first))[1] as high_from,
        (array_agg(high_at order by high desc, first))[1] as high_at, max(high) as high,
        (array_agg(last order by next - last desc nulls last))[1] as before,
        (array_agg(next order by next - last desc nulls last))[1] as after
      from paused group by stretch
    ), instants (at, pause) as (
      select first, first - lag(last) over (order by stretch) from kept
      union all select last, null from kept
      union all select before, null from kept
      union all select after, after - before from kept
      union all select coalesce(low_at, (
        select min(at) from quotes where symbol = ${symbol} and price = kept.low
          and at between kept.low_from and kept.last
      )), null from kept
      union all select coalesce(high_at, (
        select min(at) from quotes where symbol = ${symbol} and price = kept.high
          and at between kept.high_from and kept.last
      )), null from kept
    )
    select at, extract(epoch from max(pause))::float8 * 1000 as pause_ms
    from instants group by at`;
}

/**
 * `bins` of the window, not more than so many and those that are rolled up. Of the latter it is known when it was
 * lowest and highest. The first hour is always read: of a window, or where old rows were dropped, it is a part.
 */
function binsOf(
  sql: Sql,
  { symbol, from, to }: Window,
  count: number,
): Fragment {
  const hour = (at: string) =>
    sql`date_bin('1 hour', ${sql(at)}, '2000-01-01T00:00:00Z')`;
  return sql`
    ends as (
      select min(at) as first, max(at) as last,
        greatest((max(at) - min(at)) / ${count}::int, interval '1 ms') as width
      from quotes
      where symbol = ${symbol}
        and at between ${from}::text::timestamptz and ${to}::text::timestamptz
    ), hours as (
      select ends.*, second, greatest(second, least(${
    hour("last")
  }, done)) as open
      from ends
      cross join lateral (select ${
    hour("first")
  } + interval '1 hour' as second) as s
      cross join lateral (
        select coalesce(max(least(done_to, run_from, again_from)), '-infinity') as done
        from thinning
        where actor = 'quotes' and table_name = 'quote_hours'
          and width >= ${hourly}::text::interval
      ) as d
    ), bins as materialized (
      select rolled.first, rolled.last, low, low_at, high, high_at
      from hours join quote_hours as rolled
        on symbol = ${symbol} and hour >= second and hour < open
      union all
      select min(at), max(at), min(price), null, max(price), null
      from hours
      cross join lateral (values
        (hours.first, least(second - interval '1 us', hours.last)),
        (open, hours.last)
      ) as part (first, last)
      join quotes on symbol = ${symbol} and at between part.first and part.last
      group by date_bin(width, at, hours.first)
    )`;
}
