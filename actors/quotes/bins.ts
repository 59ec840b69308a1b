/** A window of prices in bins of equal time, or in the hours that are rolled up. */
import type { Fragment, Sql } from "postgres";
import type { HistoryQuery } from "../../engine/actor.ts";

export interface Window extends Pick<HistoryQuery, "symbol"> {
  readonly from: string;
  readonly to: string;
}

/** What holds of its rows. */
export function inWindow(sql: Sql, { symbol, from, to }: Window): Fragment {
  return sql`symbol = ${symbol}
    and at between ${from}::text::timestamptz and ${to}::text::timestamptz`;
}

/** As wide as an hour, or nearly: then hours do for bins. */
const hourly = "45 minutes";

/**
 * Queries of the window, the last of them `bins`: not more than `count` and those that are rolled up. Times are in
 * seconds since 1970. What is known of an hour that is rolled up is null of the others: what was told first and
 * last, and when it was lowest and highest. The first hour is always read: of a window, or where old rows were
 * dropped, it is a part.
 */
export function binsOf(
  sql: Sql,
  window: Window,
  count: number,
): Fragment {
  const { symbol } = window;
  const hour = (at: string) =>
    sql`date_bin('1 hour', ${sql(at)}, '2000-01-01T00:00:00Z')`;
  return sql`
    ends as (
      select min(at) as first, max(at) as last,
        greatest((max(at) - min(at)) / ${count}::int, interval '1 ms') as width
      from quotes
      where ${inWindow(sql, window)}
    ), hours as (
      select ends.*, second, greatest(second, least(${hour("last")}, ${
    hour("done")
  })) as until
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
      select date_part('epoch', rolled.first) as first, date_part('epoch', rolled.last) as last,
        opening, closing, low, date_part('epoch', low_at) as low_at,
        high, date_part('epoch', high_at) as high_at
      from hours join quote_hours as rolled
        on symbol = ${symbol} and hour >= second and hour < until
      union all
      select date_part('epoch', min(at)), date_part('epoch', max(at)),
        null, null, min(price), null, max(price), null
      from hours
      cross join lateral (values
        (hours.first, least(second - interval '1 us', hours.last)),
        (until, hours.last)
      ) as part (first, last)
      join quotes on symbol = ${symbol} and at between part.first and part.last
      group by part.first, date_bin(width, at, hours.first)
    )`;
}
