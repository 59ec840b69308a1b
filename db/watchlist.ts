/** The symbols that are scanned. */
import type { Sql } from "postgres";
import { parseSymbol, symbolHint } from "../market/symbol.ts";

export interface WatchlistEntry {
  readonly symbol: string;
  /** RFC 3339 UTC. */
  readonly added_at: string;
}

export interface Watchlist {
  /** In the order in which they were added. */
  list(): Promise<WatchlistEntry[]>;
  /** False if it was there. @throws {TypeError} if it is not a symbol */
  add(symbol: string): Promise<boolean>;
  /** False if it was not there. */
  remove(symbol: string): Promise<boolean>;
  /** Fills a watchlist that is empty and never was seeded; one that people emptied stays empty. */
  seed(symbols: readonly string[]): Promise<void>;
}

export function createWatchlist(sql: Sql): Watchlist {
  return {
    list: () => list(sql),
    async add(symbol) {
      const added = await sql`
        insert into watchlist (symbol) values (${checkedSymbol(symbol)})
        on conflict do nothing`;
      return added.count === 1;
    },
    async remove(symbol) {
      const removed = await sql`
        delete from watchlist where symbol = ${checkedSymbol(symbol)}`;
      return removed.count === 1;
    },
    seed: (symbols) => seed(sql, symbols.map(checkedSymbol)),
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

async function list(sql: Sql): Promise<WatchlistEntry[]> {
  const rows = await sql<{ symbol: string; added_at: Date }[]>`
    select symbol, added_at from watchlist order by place`;
  return rows.map(({ symbol, added_at }) => ({
    symbol,
    added_at: added_at.toISOString(),
  }));
}

async function seed(sql: Sql, symbols: string[]): Promise<void> {
  if (symbols.length === 0) return;
  // One statement, so that of two hosts that start at once the second finds the mark of the first.
  await sql`
    with mark as (
      insert into watchlist_seed default values on conflict do nothing returning 1
    )
    insert into watchlist (symbol)
    select symbol from unnest(${symbols}::text[]) with ordinality as given (symbol, place)
    where exists (select from mark) and not exists (select from watchlist)
    order by place
    on conflict do nothing`;
}
