/** Analyst recommendations: twice a day. */
import type { Sql } from "postgres";
import { z } from "zod";
import type { Recommendation } from "../../market/market.ts";
import {
  type ActorEvent,
  defineActor,
  type HandleContext,
  type HistoryQuery,
  type ProduceContext,
} from "../../engine/actor.ts";

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

type Data = z.infer<typeof schema>;

export default defineActor<Data>({
  name: "recommendations",
  title: "Analyst recommendations",
  description: "How many analysts say buy, hold or sell, month by month.",
  schedule: "0 6,18 * * *",
  version: 1,
  schema,
  permissions: { net: ["market"] },
  produce,
  handle,
  history,
});

async function* produce(
  symbol: string,
  { market, now, signal }: ProduceContext,
) {
  for (const trend of await market.recommendations(symbol, { signal })) {
    const { symbol: _, ...data } = trend;
    const at = observedAt(data.period, now);
    yield { id: `${symbol}:${data.period}`, at, data };
  }
}

/** Now, while the month lasts; its end afterwards, when its numbers are final. */
function observedAt(period: string, now: Date): string {
  const end = new Date(period);
  end.setUTCMonth(end.getUTCMonth() + 1, 1);
  return (end < now ? end : now).toISOString();
}

async function handle(
  events: readonly ActorEvent<Data>[],
  { sql }: HandleContext,
): Promise<void> {
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
}

type Row = Recommendation & { at: Date };

const toRow = (row: Row) => ({ ...row, at: row.at.toISOString() });

async function history(sql: Sql, { symbol, from, to, limit }: HistoryQuery) {
  const rows = await sql<Row[]>`
    select symbol, at, period::text, strong_buy, buy, hold, sell, strong_sell
    from recommendations
    where symbol = ${symbol}
      and at >= coalesce(${from ?? null}::timestamptz, '-infinity')
      and at <= coalesce(${to ?? null}::timestamptz, 'infinity')
    order by at desc, recommendations.period desc limit ${limit}`;
  return rows.map(toRow).reverse();
}
