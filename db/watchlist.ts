/** The symbols that are scanned. */
import type { Sql } from "postgres";
import { parseSymbol, symbolHint } from "../market/market.ts";

export interface WatchlistEntry {
  readonly symbol: string;
  /** RFC 3339 UTC. */
  readonly added_at: string;
}

export type Watchlist = ReturnType<typeof createWatchlist>;

export function createWatchlist(sql: Sql) {
  return {
    /** In the order in which they were added. */
    async list(): Promise<WatchlistEntry[]> {
      const rows = await sql<{ symbol: string; added_at: Date }[]>`
        select symbol, added_at from watchlist order by place`;
      return rows.map(({ symbol, added_at }) => ({
        symbol,
        added_at: added_at.toISOString(),
      }));
    },
    /** False if it was there. @throws {TypeError} if it is not a symbol */
    async add(symbol: string) {
      const added = await sql`
        insert into watchlist (symbol) values (${checkedSymbol(symbol)})
        on conflict do nothing`;
      return added.count === 1;
    },
    /** False if it was not there. @throws {TypeError} if it is not a symbol */
    async remove(symbol: string) {
      const removed = await sql`
        delete from watchlist where symbol = ${checkedSymbol(symbol)}`;
      return removed.count === 1;
    },
    /** Fills a watchlist that is empty and never was seeded; one that people emptied stays empty. */
    async seed(symbols: readonly string[]) {
      if (symbols.length === 0) return;
      // One statement, so that of two hosts that start at once the second finds the mark of the first.
      await sql`
        with mark as (
          insert into watchlist_seed default values on conflict do nothing returning 1
        )
        insert into watchlist (symbol)
        select symbol from unnest(${symbols.map(checkedSymbol)}::text[])
          with ordinality as given (symbol, place)
        where exists (select from mark) and not exists (select from watchlist)
        order by place
        on conflict do nothing`;
    },
  };
}

function checkedSymbol(text: string): string {
  const symbol = parseSymbol(text);
  if (symbol === null) {
    throw new TypeError(
      `${JSON.stringify(text)} is not a symbol: write ${symbolHint}`,
    );
  }
  return symbol;
}
