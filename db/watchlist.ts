/** The symbols that are scanned, and the lists on which they stand: one that is on none is scanned no more. */
import type { Sql } from "postgres";
import { parseSymbol, symbolHint } from "../market/market.ts";
import { storableText } from "./client.ts";
import {
  dropUnlisted,
  insertSymbols,
  lockLists,
  type NewSymbol,
  requireList,
} from "./list_symbols.ts";
import { defaultList } from "./lists.ts";
import { placeBefore } from "./places.ts";

export interface WatchlistEntry {
  readonly symbol: string;
  /** RFC 3339 UTC. */
  readonly added_at: string;
  /** The company, as the market's search calls it; null until it was found. */
  readonly name: string | null;
  /** Of its prices, as `Profile` has it; null until it was told, as the two below. */
  readonly currency: string | null;
  readonly exchange: string | null;
  /** Of the exchange. */
  readonly zone: string | null;
  /** Orders the list; stays the same while other symbols come, go and move. */
  readonly place: number;
  /** False until the market has told of it. */
  readonly confirmed: boolean;
  /** Since when the market says that there is no such symbol, RFC 3339 UTC; null if it does not. */
  readonly unknown_since: string | null;
}

/** There is no room for another symbol. */
export class WatchlistFullError extends Error {
  override readonly name = "WatchlistFullError";
}

/** A symbol that is not on the list. */
export class NotListedError extends Error {
  override readonly name = "NotListedError";
}

export type Watchlist = ReturnType<typeof createWatchlist>;

/** @param limit how many symbols may be scanned, those of all lists together */
export function createWatchlist(sql: Sql, limit = Infinity) {
  const addMany = (given: readonly NewSymbol[], list = defaultList) =>
    sql.begin(async (tx) => {
      await lockLists(tx, list);
      return await insertSymbols(tx, given.map(checked), list, limit);
    });
  return {
    /** Of one list, in its own order; without one, every symbol that is scanned, in the order they came. */
    list: (list?: number) =>
      list === undefined ? scanned(sql) : listed(sql, list),
    /** Of one list, or of any; undefined if it is not on it. @throws {NoListError} */
    async find(
      symbol: string,
      list?: number,
    ): Promise<WatchlistEntry | undefined> {
      const [entry] = list === undefined
        ? await scanned(sql, symbol)
        : await listed(sql, list, symbol);
      return entry;
    },
    /**
     * Those that were not on the list, and those for which there was no room.
     * @throws {TypeError} if one is not a symbol @throws {NoListError}
     */
    addMany,
    /**
     * False if it was there. `place` puts it where it was before it was removed.
     * @throws {TypeError} if it is not a symbol @throws {NoListError} @throws {WatchlistFullError}
     */
    async add(
      symbol: string,
      { list, place, ...known }:
        & { list?: number; place?: number | undefined }
        & Omit<NewSymbol, "symbol"> = {},
    ): Promise<boolean> {
      const { added, full } = await addMany([{ ...known, symbol }], list);
      if (full.length) throw fullError(limit);
      if (added.length && place !== undefined) {
        await sql`
          update list_symbols set place = ${place}
          where symbol = ${added[0]!} and list_id = ${list ?? defaultList}`;
      }
      return added.length === 1;
    },
    /** False if it was not there. Another list keeps it. @throws {TypeError} if it is not a symbol */
    remove: (symbol: string, list = defaultList): Promise<boolean> =>
      sql.begin(async (tx) => {
        await lockLists(tx, list);
        const removed = await tx`
          delete from list_symbols
          where list_id = ${list} and symbol = ${checkedSymbol(symbol)}`;
        await dropUnlisted(tx, [checkedSymbol(symbol)]);
        return removed.count === 1;
      }),
    /**
     * Puts a symbol before another one of the list, or at its end.
     * @throws {NotListedError} if one of them is not on the list @throws {NoListError}
     */
    move: (symbol: string, before: string | null, list = defaultList) =>
      sql.begin(async (tx) => {
        await lockLists(tx, list);
        const order = await tx<{ symbol: string; place: number }[]>`
          select symbol, place from list_symbols where list_id = ${list}
          order by place, added_at, symbol`;
        const listed = order.map((one) => one.symbol);
        const missing = [symbol, before ?? symbol]
          .find((one) => !listed.includes(one));
        if (missing !== undefined) throw new NotListedError(missing);
        const moved = placeBefore(order, symbol, before);
        await tx`
          update list_symbols set place = given.place
          from unnest(
            ${moved.map((one) => one.symbol)}::text[],
            ${moved.map((one) => one.place)}::float8[]
          ) as given (symbol, place)
          where list_id = ${list} and list_symbols.symbol = given.symbol`;
      }),
    /** Deletes a list; resolves to what is scanned no more. @throws {NoListError} */
    deleteList: (list: number): Promise<string[]> =>
      sql.begin(async (tx) => {
        await lockLists(tx, list);
        const rows = await tx<{ symbol: string }[]>`
          delete from list_symbols where list_id = ${list} returning symbol`;
        await tx`delete from lists where id = ${list}`;
        return await dropUnlisted(tx, rows.map(({ symbol }) => symbol));
      }),
    /** Fills a watchlist that is empty and never was seeded; one that people emptied stays empty. */
    async seed(symbols: readonly string[]) {
      if (symbols.length === 0) return;
      const given = sql`
        unnest(${symbols.map(checkedSymbol)}::text[])
          with ordinality as given (symbol, place)
        where exists (select from mark) and not exists (select from watchlist)
        order by place`;
      // One statement, so that of two hosts that start at once the second finds the mark of the first.
      await sql`
        with mark as (
          insert into watchlist_seed default values on conflict do nothing returning 1
        ), seeded as (
          insert into watchlist (symbol) select symbol from ${given}
          on conflict do nothing
        )
        insert into list_symbols (list_id, symbol, place)
        select ${defaultList}, symbol, place from ${given}
        on conflict do nothing`;
    },
  };
}

type Row = Omit<WatchlistEntry, "added_at" | "unknown_since"> & {
  readonly added_at: Date;
  readonly unknown_since: Date | null;
};

const entryOf = ({ added_at, unknown_since, ...row }: Row): WatchlistEntry => ({
  ...row,
  added_at: added_at.toISOString(),
  unknown_since: unknown_since?.toISOString() ?? null,
});

/** One symbol, or all. */
const chosen = (sql: Sql, symbol?: string) =>
  symbol === undefined ? sql`` : sql`and symbol = ${storableText(symbol)}`;

async function listed(
  sql: Sql,
  list: number,
  symbol?: string,
): Promise<WatchlistEntry[]> {
  const rows = await sql<Row[]>`
    select symbol, list_symbols.added_at, name, currency, exchange, zone,
      list_symbols.place, confirmed, unknown_since
    from list_symbols join watchlist using (symbol)
    where list_id = ${list} ${chosen(sql, symbol)}
    order by place, list_symbols.added_at, symbol`;
  if (rows.length === 0) await requireList(sql, list);
  return rows.map(entryOf);
}

/** Of this one table, the only one that actors read. */
async function scanned(sql: Sql, symbol?: string): Promise<WatchlistEntry[]> {
  const rows = await sql<Row[]>`
    select symbol, added_at, name, currency, exchange, zone,
      place::float8 as place, confirmed, unknown_since
    from watchlist where true ${chosen(sql, symbol)}
    order by watchlist.place`;
  return rows.map(entryOf);
}

function fullError(limit: number): WatchlistFullError {
  return new WatchlistFullError(
    `the watchlist is full: ${limit} symbols are scanned, on all lists together; ` +
      "remove some, or raise WATCHLIST_LIMIT",
  );
}

function checked(given: NewSymbol): Required<NewSymbol> {
  const { name = null, confirmed = false } = given;
  return { symbol: checkedSymbol(given.symbol), name, confirmed };
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
