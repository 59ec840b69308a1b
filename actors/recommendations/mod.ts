/** Analyst recommendations: twice a day. */
import { z } from "zod";
import { defineActor } from "../../engine/actor.ts";

const count = z.int32().nonnegative();

const schema = z.object({
  /** The first day of the month that was rated. */
  period: z.iso.date(),
  strong_buy: count,
  buy: count,
  hold: count,
  sell: count,
  strong_sell: count,
  /** Who told it, where several providers are asked. */
  provider: z.string().optional(),
  /** When the market told it so: the counts of a month are revised, also when it is over. */
  told_at: z.iso.datetime().optional(),
});

export default defineActor<z.infer<typeof schema>>({
  name: "recommendations",
  title: "Analyst recommendations",
  description: "How many analysts say buy, hold or sell, month by month.",
  schedule: "0 6,18 * * *",
  version: 1,
  schema,
  permissions: { net: ["market"] },

  async *produce(symbol, { market, now, signal }) {
    for (const trend of await market.recommendations(symbol, { signal })) {
      const { symbol: _, ...counts } = trend;
      const at = observedAt(counts.period, now);
      const data = { ...counts, told_at: now.toISOString() };
      yield { id: `${symbol}:${counts.period}`, at, data };
    }
  },

  async handle(events, { sql }) {
    const data = events.map((event) => event.data);
    // The last telling of a month becomes its row, each earlier one that differs is kept as a correction: in
    // whatever order they come, and however often. Of the same telling the first is taken.
    await sql`
      with known as (
        select symbol, period, strong_buy, buy, hold, sell, strong_sell, at, told_at, 0 as place
        from recommendations where (symbol, period) in (
          select * from unnest(
            ${events.map((event) => event.symbol)}::text[], ${
      data.map((trend) => trend.period)
    }::date[])
        )
        -- What another host is about to tell of them would else be known to neither.
        order by symbol, period for update
      ), tellings as (
        select * from known
        union all
        select symbol, period, strong_buy, buy, hold, sell, strong_sell, at,
          coalesce(told_at, '-infinity'), place
        from unnest(
          ${events.map((event) => event.symbol)}::text[],
          ${data.map((trend) => trend.period)}::date[],
          ${data.map((trend) => trend.strong_buy)}::int4[],
          ${data.map((trend) => trend.buy)}::int4[],
          ${data.map((trend) => trend.hold)}::int4[],
          ${data.map((trend) => trend.sell)}::int4[],
          ${data.map((trend) => trend.strong_sell)}::int4[],
          ${events.map((event) => event.at)}::timestamptz[],
          ${data.map((trend) => trend.told_at ?? null)}::timestamptz[]
        ) with ordinality as given
          (symbol, period, strong_buy, buy, hold, sell, strong_sell, at, told_at, place)
      ), last as (
        select distinct on (symbol, period) * from tellings
        order by symbol, period, at desc, told_at desc, place
      ), former as (
        insert into recommendation_corrections
          (symbol, period, strong_buy, buy, hold, sell, strong_sell, at, told_at)
        select distinct on (symbol, period, was.at, was.told_at) symbol, period,
          was.strong_buy, was.buy, was.hold, was.sell, was.strong_sell, was.at, was.told_at
        from tellings as was join last using (symbol, period)
        where (was.at, was.told_at) < (last.at, last.told_at)
          and (was.strong_buy, was.buy, was.hold, was.sell, was.strong_sell) is distinct from
            (last.strong_buy, last.buy, last.hold, last.sell, last.strong_sell)
        order by symbol, period, was.at, was.told_at, was.place
        on conflict do nothing
      )
      insert into recommendations as kept
        (symbol, period, strong_buy, buy, hold, sell, strong_sell, at, told_at)
      select symbol, period, strong_buy, buy, hold, sell, strong_sell, at, told_at from last
      on conflict (symbol, period) do update
      set strong_buy = excluded.strong_buy, buy = excluded.buy, hold = excluded.hold,
        sell = excluded.sell, strong_sell = excluded.strong_sell, at = excluded.at,
        told_at = excluded.told_at
      where (kept.at, kept.told_at) < (excluded.at, excluded.told_at)`;
  },

  retention: [
    { table: "recommendations", key: "symbol" },
    { table: "recommendation_corrections", key: "symbol" },
  ],

  async history(sql, { symbol, from = "-infinity", to = "infinity", limit }) {
    const rows = await sql<Row[]>`
      select symbol, at, period::text, strong_buy, buy, hold, sell, strong_sell,
        nullif(told_at, '-infinity') as told_at,
        (
          select json_agg(json_build_object(
            'strong_buy', strong_buy, 'buy', buy, 'hold', hold, 'sell', sell, 'strong_sell', strong_sell,
            'at', at
          ) order by at, told_at)
          from recommendation_corrections as was
          where was.symbol = recommendations.symbol and was.period = recommendations.period
        ) as former
      from recommendations
      where symbol = ${symbol}
        and at between ${from}::text::timestamptz and ${to}::text::timestamptz
      order by at desc, recommendations.period desc limit ${limit}`;
    return rows.map(({ told_at, former, ...row }) => ({
      ...row,
      at: row.at.toISOString(),
      ...(told_at && { told_at: told_at.toISOString() }),
      ...(former && { former }),
    })).reverse();
  },
});

interface Row {
  readonly symbol: string;
  readonly at: Date;
  readonly told_at: Date | null;
  /** What was told of the month before, and revised. */
  readonly former: readonly unknown[] | null;
}

/** Now, while the month lasts; its end afterwards, when its numbers are final. */
function observedAt(period: string, now: Date): string {
  const end = new Date(period);
  end.setUTCMonth(end.getUTCMonth() + 1, 1);
  return (end < now ? end : now).toISOString();
}
