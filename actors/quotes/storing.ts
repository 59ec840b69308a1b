/** Quotes as they are stored: once each, and of several tellings of an instant the last. */
import type { Fragment, Sql } from "postgres";
import type { ActorEvent } from "../../engine/actor.ts";
import type { Told } from "./told.ts";

export async function storeQuotes(
  sql: Sql,
  events: readonly ActorEvent<Told>[],
): Promise<void> {
  const data = events.map((event) => event.data);
  const corrects = data.some((quote) => quote.told_at !== undefined);
  // No array reads as a null for each, and PostgreSQL has none to parse.
  const toldAt = corrects
    ? array(data.map((quote) => quote.told_at ?? null))
    : null;
  const told: Fragment = sql`
    select * from unnest(
      ${events.map((event) => event.symbol)}::text[],
      ${array(events.map((event) => event.at))}::timestamptz[],
      ${array(data.map((quote) => quote.price))}::float8[],
      ${array(data.map((quote) => quote.change))}::float8[],
      ${array(data.map((quote) => quote.percent_change))}::float8[],
      ${array(data.map((quote) => quote.high))}::float8[],
      ${array(data.map((quote) => quote.low))}::float8[],
      ${array(data.map((quote) => quote.open))}::float8[],
      ${array(data.map((quote) => quote.previous_close))}::float8[],
      ${toldAt}::timestamptz[]
    )`;
  if (isCatchingUp(events.length) && !corrects && await storeNew(sql, told)) {
    return;
  }
  const stored = await sql`
    insert into quotes ${columns(sql)} ${told} ${inOrder(sql)}
    on conflict do nothing`;
  // Nearly always all of them are new, and this is the end.
  if (stored.count < events.length) await correct(sql, told);
}

/** Many at once, after an outage or in a replay. */
const many = 200;
/** So many calls expect to find quotes that are there already, after one that did. */
const waryFor = 20;
let wary = 0;

/** True if there are many, and none of them seems to be there already. */
function isCatchingUp(count: number): boolean {
  if (wary > 0) wary--;
  return wary === 0 && count >= many;
}

const columns = (sql: Sql): Fragment =>
  sql`(symbol, at, price, change, percent_change, high, low, open, previous_close, told_at)`;

/** So that two calls with the same quotes cannot deadlock. */
const inOrder = (sql: Sql): Fragment => sql`order by 1, 2`;

/**
 * To look for a row before each one that is inserted costs PostgreSQL a third of the whole: here nothing is
 * looked for. False, with nothing stored, if a quote is there already.
 */
async function storeNew(sql: Sql, told: Fragment): Promise<boolean> {
  try {
    await sql`insert into quotes ${columns(sql)} ${told} ${inOrder(sql)}`;
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== uniqueViolation) throw error;
    wary = waryFor;
    return false;
  }
}

const uniqueViolation = "23505";

/**
 * Of what was told of one instant the latest telling becomes the row, and each earlier one that differs is kept as
 * a correction. In whatever order they come, and however often, the outcome is the same.
 */
async function correct(sql: Sql, told: Fragment): Promise<void> {
  await sql`
    with given ${columns(sql)} as (${told}),
    known as (
      select symbol, at, price, change, percent_change, high, low, open, previous_close,
        coalesce(told_at, '-infinity') as told_at, 0 as place
      from quotes where (symbol, at) in (select symbol, at from given)
      -- What another call is about to tell of them would else be known to neither; in order, as above.
      order by symbol, at for update
    ),
    tellings as (
      select * from known
      union all
      select symbol, at, price, change, percent_change, high, low, open, previous_close,
        coalesce(told_at, '-infinity'), row_number() over ()
      from given
    ),
    last as (
      select distinct on (symbol, at) * from tellings order by symbol, at, told_at desc, place
    ),
    former as (
      insert into quote_corrections
        (symbol, at, told_at, price, change, percent_change, high, low, open, previous_close)
      select distinct on (symbol, at, was.told_at) symbol, at, was.told_at,
        was.price, was.change, was.percent_change, was.high, was.low, was.open, was.previous_close
      from tellings as was join last using (symbol, at)
      where was.told_at < last.told_at
        and (was.price, was.change, was.percent_change, was.high, was.low, was.open, was.previous_close)
          is distinct from
          (last.price, last.change, last.percent_change, last.high, last.low, last.open, last.previous_close)
      order by symbol, at, was.told_at, was.place
      on conflict do nothing
    )
    update quotes as kept
    set price = last.price, change = last.change, percent_change = last.percent_change, high = last.high,
      low = last.low, open = last.open, previous_close = last.previous_close, told_at = last.told_at
    from last
    where kept.symbol = last.symbol and kept.at = last.at
      and coalesce(kept.told_at, '-infinity') < last.told_at`;
}

/**
 * An array as PostgreSQL writes it. The client would do the same, with quotes and escapes that numbers
 * and instants do not need: at 35,000 quotes a second that was an eighth of a core.
 */
function array(values: readonly (number | string | null)[]): string {
  return `{${values.map((value) => value ?? "null").join()}}`;
}
