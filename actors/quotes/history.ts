/** Quotes as they are read back: the newest of a window, or all of it thinned; with what was corrected. */
import type { Fragment, Sql } from "postgres";
import type { HistoryQuery, Value } from "../../engine/actor.ts";
import { inWindow, type Window } from "./bins.ts";
import { unsplit } from "./splits.ts";
import { fewest, isLonger, thinnedPrices } from "./thinned.ts";

interface Row {
  readonly symbol: string;
  readonly at: Date;
  readonly price: number;
  readonly told_at: Date | null;
  /** What was told before, and corrected. */
  readonly former: readonly unknown[] | null;
  readonly pause_ms?: number | null;
}

/** What is not whole has no symbol either. */
type Drawn = Omit<Row, "symbol"> & { readonly symbol: string | null };

export async function readHistory(
  sql: Sql,
  { symbol, limit, points, whole, ...ends }: HistoryQuery,
): Promise<Value[]> {
  const { from = "-infinity", to = "infinity" } = ends;
  const window = { symbol, from, to };
  if (points && await isLonger(sql, window, points)) {
    return whole === undefined
      ? await readThinned(sql, window, points)
      : await readDrawn(sql, window, points, whole);
  }
  const rows = await sql<Row[]>`
    select quotes.*, former
    from quotes left join (${formerOf(sql, symbol)}) as corrected using (at)
    where ${inWindow(sql, window)}
    order by at desc limit ${points ?? limit}`;
  return rows.map(valueOf).reverse();
}

async function readThinned(
  sql: Sql,
  window: Window,
  points: number,
): Promise<Value[]> {
  const { symbol } = window;
  const rows = await sql<Row[]>`
    with thinned as (${thinnedPrices(sql, window, points)})
    select quotes.*, former, pause_ms
    from thinned
    join quotes on quotes.symbol = ${symbol} and quotes.at = thinned.at
    left join (${
    formerOf(sql, symbol)
  }) as corrected on corrected.at = quotes.at
    order by quotes.at`;
  return rows.map(valueOf);
}

/**
 * The newest `whole` rows, and older ones thinned, of which only what a chart draws is told: each would be on a
 * page of its own. Whole are those of them, too, from which a split can be told: both sides of a large step.
 */
async function readDrawn(
  sql: Sql,
  window: Window,
  points: number,
  whole: number,
): Promise<Value[]> {
  const { symbol } = window;
  const { least, most } = unsplit;
  const count = Math.max(0, Math.min(whole, points - fewest));
  const rows = await sql<Drawn[]>`
    with newest as (
      select at, price, null::float8 as pause_ms from quotes
      where ${inWindow(sql, window)}
      order by at desc limit ${count}
    ), thinned as (${thinnedPrices(sql, window, points - count)}),
    drawn as (
      select at, min(price) as price, max(pause_ms) as pause_ms
      from (table newest union all table thinned) as rows group by at
    ), stepped as (
      select *, lag(price) over by_time / nullif(price, 0) as step,
        price / nullif(lead(price) over by_time, 0) as next_step
      from drawn window by_time as (order by at)
    )
    select told.*, stepped.at, coalesce(told.price, stepped.price) as price, former, pause_ms
    from stepped
    left join quotes as told on told.symbol = ${symbol} and told.at = case
      when stepped.at >= (select min(at) from newest)
        or step not between ${least}::float8 and ${most}::float8
        or next_step not between ${least}::float8 and ${most}::float8
      then stepped.at end
    left join (${
    formerOf(sql, symbol)
  }) as corrected on corrected.at = stepped.at
    order by stepped.at`;
  return rows.map((row) => {
    const { at, price, former, pause_ms = null } = row;
    return row.symbol === null
      ? valueOf({ symbol, at, price, told_at: null, former, pause_ms })
      : valueOf({ ...row, symbol });
  });
}

function formerOf(sql: Sql, symbol: string): Fragment {
  return sql`
    select at, json_agg(
      json_build_object('price', price, 'told_at', nullif(told_at, '-infinity')) order by told_at
    ) as former
    from quote_corrections where symbol = ${symbol} group by at`;
}

const valueOf = ({ told_at, former, pause_ms, ...row }: Row): Value => ({
  ...row,
  at: row.at.toISOString(),
  ...(told_at && { told_at: told_at.toISOString() }),
  ...(former && { former }),
  ...(typeof pause_ms === "number" && { pause_ms }),
});
