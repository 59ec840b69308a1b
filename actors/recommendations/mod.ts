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
});

export default defineActor({
  name: "recommendations",
  title: "Analyst recommendations",
  description: "How many analysts say buy, hold or sell, month by month.",
  schedule: "0 6,18 * * *",
  version: 1,
  schema,
  permissions: { net: ["market"] },

  async *produce(symbol, { market, now, signal }) {
    for (const trend of await market.recommendations(symbol, { signal })) {
      const { symbol: _, ...data } = trend;
      const at = observedAt(data.period, now);
      yield { id: `${symbol}:${data.period}`, at, data };
    }
  },

  async handle(events, { sql }) {
    const data = events.map((event) => event.data);
    // One row per key, since `do update` refuses to touch a row twice; of the newest the first, as if
    // the events had come one by one.
    await sql`
      insert into recommendations (symbol, period, strong_buy, buy, hold, sell, strong_sell, at)
      select distinct on (symbol, period)
        symbol, period, strong_buy, buy, hold, sell, strong_sell, at
      from unnest(
        ${events.map((event) => event.symbol)}::text[],
        ${data.map((trend) => trend.period)}::date[],
        ${data.map((trend) => trend.strong_buy)}::int4[],
        ${data.map((trend) => trend.buy)}::int4[],
        ${data.map((trend) => trend.hold)}::int4[],
        ${data.map((trend) => trend.sell)}::int4[],
        ${data.map((trend) => trend.strong_sell)}::int4[],
        ${events.map((event) => event.at)}::timestamptz[]
      ) with ordinality
        as given (symbol, period, strong_buy, buy, hold, sell, strong_sell, at, place)
      order by symbol, period, at desc, place
      on conflict (symbol, period) do update
      set strong_buy = excluded.strong_buy, buy = excluded.buy, hold = excluded.hold,
        sell = excluded.sell, strong_sell = excluded.strong_sell, at = excluded.at
      where recommendations.at < excluded.at`;
  },

  async history(sql, { symbol, from = "-infinity", to = "infinity", limit }) {
    const rows = await sql<{ symbol: string; at: Date }[]>`
      select symbol, at, period::text, strong_buy, buy, hold, sell, strong_sell
      from recommendations
      where symbol = ${symbol}
        and at between ${from}::text::timestamptz and ${to}::text::timestamptz
      order by at desc, recommendations.period desc limit ${limit}`;
    return rows.map((row) => ({ ...row, at: row.at.toISOString() })).reverse();
  },
});

/** Now, while the month lasts; its end afterwards, when its numbers are final. */
function observedAt(period: string, now: Date): string {
  const end = new Date(period);
  end.setUTCMonth(end.getUTCMonth() + 1, 1);
  return (end < now ? end : now).toISOString();
}
