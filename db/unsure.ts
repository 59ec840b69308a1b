/** What the market has to be asked about the symbols of the watchlist: whether they exist, and their names. */
import type { Sql } from "postgres";
import { storableText } from "./client.ts";

export interface Unsure {
  readonly symbol: string;
  readonly name: string | null;
  readonly confirmed: boolean;
}

export interface Told {
  readonly name?: string | undefined;
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
    /** The next to ask about: no other host gets it for five minutes. Null if there is none for now. */
    async claim(): Promise<Unsure | null> {
      const [row] = await sql<Unsure[]>`
        update watchlist set ask_after = now() + interval '5 minutes'
        where symbol = (
          select symbol from watchlist
          where (name is null or not confirmed) and ask_after <= now()
          order by confirmed, ask_after, symbol limit 1
          for update skip locked
        )
        returning symbol, name, confirmed`;
      return row ?? null;
    },
    /** What the market said. What is still open then is asked again in a day. */
    async tell(symbol: string, { name, exists }: Told): Promise<void> {
      await sql`
        update watchlist set
          name = coalesce(name, ${name ? storableText(name) : null}),
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
