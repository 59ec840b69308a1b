/** What the market has to be asked about the symbols of the watchlist: whether they exist, and what they are. */
import type { Sql } from "postgres";
import type { Profile } from "../market/market.ts";
import { storableText } from "./client.ts";

export interface Unsure {
  readonly symbol: string;
  readonly name: string | null;
  readonly confirmed: boolean;
}

export interface Told
  extends Partial<Pick<Profile, "name" | "currency" | "exchange" | "zone">> {
  /** False if the market says that there is no such symbol. */
  readonly exists?: boolean | undefined;
}

export function createUnsure(sql: Sql) {
  return {
    /** Those that the market has not told of so far. */
    async unconfirmed(): Promise<string[]> {
      const rows = await sql<{ symbol: string }[]>`
        select symbol from watchlist where not confirmed`;
      return rows.map(({ symbol }) => symbol);
    },
    /** There is a value of each: so it exists. */
    async confirm(symbols: readonly string[]): Promise<void> {
      await sql`
        update watchlist set confirmed = true, unknown_since = null
        where symbol = any(${symbols}::text[]) and not confirmed`;
    },
    /** The next to ask about, at most so many: no other host gets them for five minutes. */
    async claim(most: number): Promise<Unsure[]> {
      const rows = await sql<Unsure[]>`
        update watchlist set ask_after = now() + interval '5 minutes'
        where symbol in (
          select symbol from watchlist
          where (name is null or currency is null or not confirmed)
            and ask_after <= now()
          order by confirmed, ask_after, symbol limit ${most}
          for update skip locked
        )
        returning symbol, name, confirmed`;
      return [...rows];
    },
    /** What the market said. What is still open then is asked again in a day. */
    async tell(symbol: string, told: Told): Promise<void> {
      const { name, currency, exchange, zone, exists } = told;
      const text = (value?: string | null) =>
        value ? storableText(value) : null;
      await sql`
        update watchlist set
          name = coalesce(name, ${text(name)}),
          currency = coalesce(${text(currency)}, currency),
          exchange = coalesce(${text(exchange)}, exchange),
          zone = coalesce(${text(zone)}, zone),
          confirmed = confirmed or ${exists === true},
          unknown_since = case
            when ${exists === true} then null
            when ${exists === false} then coalesce(unknown_since, now())
            else unknown_since
          end,
          ask_after = now() + interval '1 day'
        where symbol = ${symbol}`;
    },
  };
}
