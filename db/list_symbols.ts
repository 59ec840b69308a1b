/** How symbols come onto the lists and leave them: within a transaction that has locked them. */
import type { Sql, TransactionSql } from "postgres";
import { defaultList, NoListError } from "./lists.ts";

/** A symbol to add, and what is known of it. */
export interface NewSymbol {
  readonly symbol: string;
  readonly name?: string | null;
  readonly confirmed?: boolean;
}

/** @throws {NoListError} */
export async function requireList(sql: Sql, list: number): Promise<void> {
  const [there] = await sql`select from lists where id = ${list}`;
  if (!there) throw new NoListError(list);
}

/**
 * One writer after the other: two that add at once must not exceed the limit, nor take one place.
 * @throws {NoListError}
 */
export async function lockLists(
  tx: TransactionSql,
  list: number,
): Promise<void> {
  const rows = await tx<{ id: number }[]>`
    select id from lists where id in (${defaultList}, ${list})
    order by id for no key update`;
  if (!rows.some(({ id }) => id === list)) throw new NoListError(list);
}

export interface Inserted {
  readonly added: readonly string[];
  readonly full: readonly string[];
}

/** Adds to a list what is not on it, at its end and in the order given, as far as there is room. */
export async function insertSymbols(
  tx: TransactionSql,
  given: readonly Required<NewSymbol>[],
  list: number,
  limit: number,
): Promise<Inserted> {
  const there = await tx<{ symbol: string }[]>`select symbol from watchlist`;
  const scanned = new Set(there.map(({ symbol }) => symbol));
  const fresh = [...new Set(given.map(({ symbol }) => symbol))]
    .filter((symbol) => !scanned.has(symbol));
  const full = fresh.slice(Math.max(0, limit - scanned.size));
  const taken = given.filter(({ symbol }) => !full.includes(symbol));
  const rows = await tx<{ symbol: string }[]>`
    with given as materialized (
      select distinct on (symbol) * from unnest(
        ${taken.map((one) => one.symbol)}::text[],
        ${taken.map((one) => one.name)}::text[],
        ${taken.map((one) => String(one.confirmed))}::text[]
      ) with ordinality as given (symbol, name, confirmed, nth)
      order by symbol, nth
    ), known as (
      insert into watchlist as old (symbol, name, confirmed)
      select symbol, name, confirmed::boolean from given order by nth
      on conflict (symbol) do update set
        name = coalesce(excluded.name, old.name),
        confirmed = old.confirmed or excluded.confirmed,
        unknown_since = case when not excluded.confirmed then old.unknown_since end
    )
    insert into list_symbols (list_id, symbol, place)
    select ${list}, symbol, nth + coalesce(
      (select max(place) from list_symbols where list_id = ${list}), 0)
    from given order by nth
    on conflict do nothing
    returning symbol`;
  return { added: rows.map(({ symbol }) => symbol), full };
}

/** Whatever of these stands on no list is scanned no more; resolves to those. */
export async function dropUnlisted(
  tx: TransactionSql,
  symbols: readonly string[],
): Promise<string[]> {
  const rows = await tx<{ symbol: string }[]>`
    delete from watchlist where symbol = any(${symbols}::text[])
      and not exists (
        select from list_symbols where symbol = watchlist.symbol
      )
    returning symbol`;
  return rows.map(({ symbol }) => symbol);
}
