/** A long window of prices in few rows, thinned where they are: in the database. */
import type { Fragment, Sql } from "postgres";
import { binsOf, inWindow, type Window } from "./bins.ts";

/** Rows that a stretch keeps: its first and last, lowest and highest, and both sides of its longest pause. */
export const fewest = 6;
/** Bins to a stretch: enough that closed nights, which fill none, do not make the others coarse. */
const finer = 8;

/** True if the window has more rows than `points`: looked up, not counted. */
export async function isLonger(
  sql: Sql,
  window: Window,
  points: number,
): Promise<boolean> {
  const found = await sql`
    select 1 from quotes
    where ${inWindow(sql, window)}
    order by at offset ${points} limit 1`;
  return found.length > 0;
}

/**
 * A query of at most `points` rows (six or more) of the window, as `at`, `price` and `pause_ms`.
 *
 * One pass puts all rows into bins of equal time, or takes the hours that are rolled up for bins, where those are
 * fine enough. Bins that hold any are joined, as many as it takes, to stretches. Of each stretch these rows
 * stay: the first and the last, the lowest and the highest price (of equal ones the earliest), and those on both
 * sides of the longest pause between its bins. So the window's own first, last, lowest and highest are among
 * them, and no outage is covered up: a row behind a pause has in `pause_ms` how long nothing came before it, and
 * the others null.
 */
export function thinnedPrices(
  sql: Sql,
  window: Window,
  points: number,
): Fragment {
  const { symbol } = window;
  const stretches = Math.max(1, Math.floor(points / fewest));
  // Of arrays the least has the least first number, of equal ones the least second one: the earliest. What is
  // taken along in them is read from one row, without sorting each stretch for each question. What is not known
  // of a bin is looked up once, and only of those that are kept: hence "materialized".
  return sql`
    with ${binsOf(sql, window, stretches * finer)},
    size as (
      select ceil(count(*) / ${stretches}::float8)::int as bins from bins
    ), placed as (
      select *, row_number() over by_time - 1 as place,
        lag(last) over by_time as before, lag(closing) over by_time as price_before
      from bins window by_time as (order by first)
    ), kept as (
      select
        min(array[first, opening, first - before]) as first,
        max(array[last, closing]) as last,
        min(array[low, first, last, low_at]) as low,
        min(array[-high, first, last, high_at]) as high,
        min(array[before - first, first, opening, before, price_before])
          filter (where place % size.bins > 0) as behind
      from placed cross join size group by place / size.bins
    ), told as materialized (
      select one.* from kept cross join lateral (values
        (to_timestamp(first[1]), first[2], first[3]),
        (to_timestamp(last[1]), last[2], null),
        (coalesce(to_timestamp(low[4]), (
          select min(at) from quotes
          where symbol = ${symbol} and quotes.price = kept.low[1]
            and at between to_timestamp(kept.low[2]) and to_timestamp(kept.low[3])
        )), low[1], null),
        (coalesce(to_timestamp(high[4]), (
          select min(at) from quotes
          where symbol = ${symbol} and quotes.price = -kept.high[1]
            and at between to_timestamp(kept.high[2]) and to_timestamp(kept.high[3])
        )), -high[1], null),
        (to_timestamp(behind[2]), behind[3], -behind[1]),
        (to_timestamp(behind[4]), behind[5], null)
      ) as one (at, price, pause)
    ), known as (
      select at, pause, coalesce(price, (
        select price from quotes where symbol = ${symbol} and quotes.at = told.at
      )) as price
      from told
    )
    select at, min(price) as price, round(max(pause) * 1000) as pause_ms
    from known where at is not null group by at`;
}
