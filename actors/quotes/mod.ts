/** Price quotes: every two minutes while the market is open. */
import { defineActor, type Value } from "../../engine/actor.ts";
import { readHistory } from "./history.ts";
import { storeQuotes } from "./storing.ts";
import { schema, type Told } from "./told.ts";

export default defineActor<Told>({
  name: "quotes",
  title: "Price quotes",
  description:
    "The last price of each symbol, with the day's range and change.",
  schedule: "*/2 * * * *",
  marketHours: true,
  version: 1,
  schema,
  permissions: { net: ["market"] },

  async *produce(symbol, { market, latest, now, signal }) {
    const known = await latest();
    const since = known ? { since: known.at } : {};
    for (const quote of await market.quotes(symbol, { ...since, signal })) {
      const { symbol: _, at, ...told } = quote;
      // While nothing is traded, the newest quote is the one that is known; unless the provider has corrected it.
      if (known && at < known.at) continue;
      if (known?.at !== at) {
        yield { id: `${symbol}:${at}`, at, data: told };
      } else if (told.provider === known.provider && !isSame(told, known)) {
        const told_at = now.toISOString();
        const data = { ...told, told_at };
        yield { id: `${symbol}:${at}:${told_at}`, at, data };
      }
    }
  },

  async handle(events, { sql }) {
    await storeQuotes(sql, events);
  },

  handlesAtOnce: 2,

  history: readHistory,

  /** What was corrected stays, with what was told before. */
  retention: [
    {
      table: "quotes",
      key: "symbol",
      thinBy: "price",
      spare: "told_at",
      rollInto: "quote_hours",
    },
    { table: "quote_hours", key: "symbol", at: "hour" },
    { table: "quote_corrections", key: "symbol" },
  ],

  /** Without what was told before: a picture in a cell shows what holds. */
  async recent(sql, { symbols, limit }) {
    const rows = await sql<{ symbol: string; at: Date }[]>`
      select newest.* from unnest(${symbols}::text[]) as wanted (symbol)
      cross join lateral (
        select symbol, at, price from quotes where symbol = wanted.symbol
        order by at desc limit ${limit}
      ) as newest
      order by symbol, at`;
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  },
});

const figures = [
  "price",
  "change",
  "percent_change",
  "high",
  "low",
  "open",
  "previous_close",
] as const;

function isSame(
  told: Readonly<Record<typeof figures[number], unknown>>,
  known: Value,
): boolean {
  return figures.every((field) => told[field] === known[field]);
}
