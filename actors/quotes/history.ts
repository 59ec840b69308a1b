/** Quotes as they are read back: the newest of a window, or all of it thinned; with what was corrected. */
import type { Fragment, Sql } from "postgres";
import type { HistoryQuery, Value } from "../../engine/actor.ts";
import { isLonger, thinnedInstants } from "./thinned.ts";

interface Row {
  readonly symbol: string;
  readonly at: Date;
  readonly told_at: Date | null;
  /** What was told before, and corrected. */
  readonly former: readonly unknown[] | null;
  readonly pause_ms?: number | null;
}

export async function readHistory(
  sql: Sql,
  { symbol, limit, points, ...ends }: HistoryQuery,
): Promise<Value[]> {
  const { from = "-infinity", to = "infinity" } = ends;
  const window = { symbol, from, to };
  const former = formerOf(sql, symbol);
  if (points && await isLonger(sql, window, points)) {
    const rows = await sql<Row[]>`
      with chosen as (${thinnedInstants(sql, window, points)})
      select quotes.*, former, pause_ms
      from chosen
      join quotes on quotes.symbol = ${symbol} and quotes.at = chosen.at
      left join (${former}) as corrected on corrected.at = quotes.at
      order by quotes.at`;
    return rows.map(valueOf);
  }
  const rows = await sql<Row[]>`
    select quotes.*, former
    from quotes left join (${former}) as corrected using (at)
    where symbol = ${symbol}
      and at between ${from}::text::timestamptz and ${to}::text::timestamptz
    order by at desc limit ${points ?? limit}`;
  return rows.map(valueOf).reverse();
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
