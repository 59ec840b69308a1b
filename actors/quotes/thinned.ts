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

/**
 * A query of the instants of at most `points` rows (six or more) of the window, as `at` and `pause_ms`.
 *
 * One pass puts all rows into bins of equal time. Bins that hold any are joined, as many as it takes, to
 * stretches. Of each stretch these rows stay: the first and the last, the lowest and the highest price
 * (of equal ones the earliest), and those on both sides of the longest pause between its bins. So the
 * window's own first, last, lowest and highest are among them, and no outage is covered up: a row behind
 * a pause has in `pause_ms` how long nothing came before it, and the others null.
 */
export function thinnedInstants(
  sql: Sql,
  { symbol, from, to }: Window,
  points: number,
): Fragment {
  const stretches = Math.max(1, Math.floor(points / keptOfEach));
  return sql`
    with ends as (
      select min(at) as first, max(at) as last,
        greatest((max(at) - min(at)) / ${
    stretches * finer
  }::int, interval '1 ms') as width
      from quotes
      where symbol = ${symbol}
        and at between ${from}::text::timestamptz and ${to}::text::timestamptz
    ), bins as materialized (
      select date_bin(width, at, ends.first) as bin,
        min(at) as first, max(at) as last, min(price) as low, max(price) as high
      from quotes, ends
      where symbol = ${symbol}
        and at between ${from}::text::timestamptz and ${to}::text::timestamptz
      group by 1
    ), numbered as (
      select *, (row_number() over (order by bin) - 1)
        / ceil((select count(*) from bins) / ${stretches}::float8)::int as stretch
      from bins
    ), paused as (
      select *, lead(first) over (partition by stretch order by bin) as next
      from numbered
    ), kept as (
      select stretch, min(first) as first, max(last) as last,
        (array_agg(bin order by low, bin))[1] as low_bin, min(low) as low,
        (array_agg(bin order by high desc, bin))[1] as high_bin, max(high) as high,
        (array_agg(last order by next - last desc nulls last))[1] as before,
        (array_agg(next order by next - last desc nulls last))[1] as after
      from paused group by stretch
    ), instants (at, pause) as (
      select first, first - lag(last) over (order by stretch) from kept
      union all select last, null from kept
      union all select before, null from kept
      union all select after, after - before from kept
      union all select (
        select min(at) from quotes
        where symbol = ${symbol} and price = kept.low
          and at between greatest(low_bin, ends.first) and least(low_bin + width, ends.last)
      ), null from kept, ends
      union all select (
        select min(at) from quotes
        where symbol = ${symbol} and price = kept.high
          and at between greatest(high_bin, ends.first) and least(high_bin + width, ends.last)
      ), null from kept, ends
    )
    select at, extract(epoch from max(pause))::float8 * 1000 as pause_ms
    from instants group by at`;
}
