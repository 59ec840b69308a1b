/** What alerts keep in PostgreSQL: read before a batch and written after it, in one transaction. */
import type { Sql, TransactionSql } from "postgres";
import type { ConsumedEvent, Instant } from "../../engine/actor.ts";
import {
  type Alert,
  type Known,
  type Newest,
  type NewFiring,
  type Outcome,
  stateKey,
} from "./evaluate.ts";
import { never } from "./observations.ts";
import type { Rule, State } from "./rules.ts";

/** Whoever changes an alert takes it alone (db/alerts.ts): batches and changes do not mix. */
const lock = "5183940226177";

/** As far back as a move may look. */
const longestMinutes = 1_440;
/** Longer than a broker keeps articles, and than scans ask for them. */
const articlesKept = "90 days";

export async function readAlerts(
  tx: TransactionSql,
  symbols: readonly string[],
): Promise<{ alerts: Alert[]; any: boolean }> {
  await tx`select pg_advisory_xact_lock_shared(${lock}::bigint)`;
  const rows = await tx<{ id: number; rule: Rule; since: Date }[]>`
    select id, rule, since from alerts
    where not paused and (symbol = '*' or symbol = any (${[
    ...symbols,
  ]}::text[]))
    order by id`;
  const [{ any } = { any: false }] = await tx<{ any: boolean }[]>`
    select exists (select from alerts) as any`;
  const alerts = rows.map(({ since, ...row }) => ({
    ...row,
    since: since.toISOString(),
  }));
  return { alerts, any };
}

/** Locks the symbols: whoever handles one of them meanwhile waits. */
export async function readKnown(
  tx: TransactionSql,
  alerts: readonly Alert[],
  symbols: readonly string[],
  events: readonly ConsumedEvent[],
): Promise<Known> {
  const newest = await readNewest(tx, symbols);
  const moves = alerts.filter(({ rule }) => rule.when === "move");
  const all = moves.some(({ rule }) => rule.symbol === "*");
  const moving = all ? symbols : moves.map(({ rule }) => rule.symbol);
  const news = events.filter(({ actor }) => actor === "news");
  return {
    newest,
    prices: await readPrices(tx, moving),
    states: await readStates(tx, alerts, symbols),
    articles: await readArticles(tx, news),
  };
}

interface NewestRow {
  readonly symbol: string;
  readonly price_at: Date | null;
  readonly price_told_at: Date | null;
  readonly price: number | null;
  readonly rating_period: string | null;
  readonly rating_at: Date | null;
  readonly rating_told_at: Date | null;
  readonly rating_rank: number | null;
}

async function readNewest(
  tx: TransactionSql,
  symbols: readonly string[],
): Promise<Map<string, Newest>> {
  await tx`
    insert into alert_symbols (symbol) select unnest(${[...symbols]}::text[])
    on conflict do nothing`;
  const rows = await tx<NewestRow[]>`
    select symbol, price_at, price_told_at, price, rating_period::text, rating_at,
      rating_told_at, rating_rank
    from alert_symbols where symbol = any (${[...symbols]}::text[])
    order by symbol for update`;
  return new Map(rows.map((row) => [row.symbol, newestOf(row)]));
}

function newestOf(row: NewestRow): Newest {
  const told = (time: Date | null) => time?.toISOString() ?? never;
  const { price_at, price, rating_period, rating_at, rating_rank: rank } = row;
  return {
    price: price_at && price !== null
      ? { order: [price_at.toISOString(), told(row.price_told_at)], price }
      : null,
    rating: rating_period && rating_at && rank !== null
      ? {
        order: [
          rating_period,
          rating_at.toISOString(),
          told(row.rating_told_at),
        ],
        rank,
      }
      : null,
  };
}

async function readPrices(tx: TransactionSql, symbols: readonly string[]) {
  if (!symbols.length) return new Map();
  const rows = await tx<{ symbol: string; at: Date; price: number }[]>`
    select symbol, at, price from alert_prices
    where symbol = any (${[...symbols]}::text[]) order by symbol, at`;
  const prices = rows.map(({ symbol, at, price }) => ({
    symbol,
    at: at.toISOString(),
    price,
  }));
  return Map.groupBy(prices, ({ symbol }) => symbol);
}

async function readStates(
  tx: TransactionSql,
  alerts: readonly Alert[],
  symbols: readonly string[],
): Promise<Map<string, State>> {
  if (!alerts.length) return new Map();
  const rows = await tx<{ alert_id: number; symbol: string; state: State }[]>`
    select alert_id, symbol, state from alert_states
    where alert_id = any (${alerts.map(({ id }) => id)}::integer[])
      and symbol = any (${[...symbols]}::text[])`;
  return new Map(
    rows.map((row) => [stateKey(row.alert_id, row.symbol), row.state]),
  );
}

/** Notes those that are new, and tells when each came first. */
async function readArticles(
  tx: TransactionSql,
  news: readonly ConsumedEvent[],
): Promise<Map<string, Instant>> {
  if (!news.length) return new Map();
  const ids = news.map(({ id }) => id);
  await tx`
    insert into alert_articles (event_id, published_at)
    select event_id, min(published_at) from unnest(
      ${ids}::text[], ${
    news.map(({ published_at }) => published_at)
  }::timestamptz[]
    ) as given (event_id, published_at)
    group by event_id order by event_id
    on conflict do nothing`;
  await tx`
    delete from alert_articles
    where published_at < now() - ${articlesKept}::interval and event_id <> all (${ids}::text[])`;
  const rows = await tx<{ event_id: string; published_at: Date }[]>`
    select event_id, published_at from alert_articles where event_id = any (${ids}::text[])`;
  return new Map(
    rows.map((row) => [row.event_id, row.published_at.toISOString()]),
  );
}

/**
 * Resolves to the firings that are new, with their ids.
 * @param keepPrices false while there is no alert: nobody looks at them
 */
export async function write(
  tx: TransactionSql,
  known: Known,
  outcome: Outcome,
  keepPrices: boolean,
): Promise<(NewFiring & { readonly id: string })[]> {
  await writeNewest(tx, known.newest);
  if (keepPrices) await writePrices(tx, outcome.prices);
  await writeStates(tx, known.states, outcome.changed);
  return await writeFirings(tx, outcome.firings);
}

async function writeNewest(
  tx: TransactionSql,
  newest: ReadonlyMap<string, Newest>,
): Promise<void> {
  const rows = [...newest].map(([symbol, { price, rating }]) => ({
    symbol,
    price_at: price?.order[0],
    price_told_at: price?.order[1],
    price: price?.price,
    rating_period: rating?.order[0],
    rating_at: rating?.order[1],
    rating_told_at: rating?.order[2],
    rating_rank: rating?.rank,
  }));
  await tx`
    update alert_symbols as kept
    set price_at = given.price_at, price_told_at = given.price_told_at, price = given.price,
      rating_period = given.rating_period, rating_at = given.rating_at,
      rating_told_at = given.rating_told_at, rating_rank = given.rating_rank
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (
      symbol text, price_at timestamptz, price_told_at timestamptz, price float8,
      rating_period date, rating_at timestamptz, rating_told_at timestamptz, rating_rank integer)
    where kept.symbol = given.symbol`;
}

async function writePrices(
  tx: TransactionSql,
  prices: Outcome["prices"],
): Promise<void> {
  if (!prices.length) return;
  // The last of one instant is the corrected one.
  const last = new Map(prices.map((one) => [`${one.symbol} ${one.at}`, one]));
  await tx`
    with given as (
      select * from json_to_recordset(${
    JSON.stringify([...last.values()])
  }::text::json) as given (symbol text, at timestamptz, price float8)
    ), old as (
      delete from alert_prices as kept
      using (select symbol, max(at) as at from given group by symbol) as newest
      where kept.symbol = newest.symbol
        and kept.at < newest.at - make_interval(mins => ${longestMinutes})
    )
    insert into alert_prices (symbol, at, price) select symbol, at, price from given
    on conflict (symbol, at) do update set price = excluded.price`;
}

async function writeStates(
  tx: TransactionSql,
  states: ReadonlyMap<string, State>,
  changed: ReadonlySet<string>,
): Promise<void> {
  if (!changed.size) return;
  const rows = [...changed].map((key) => {
    const space = key.indexOf(" ");
    const alert_id = Number(key.slice(0, space));
    return { alert_id, symbol: key.slice(space + 1), state: states.get(key) };
  });
  await tx`
    insert into alert_states (alert_id, symbol, state)
    select alert_id, symbol, state
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as given (alert_id integer, symbol text, state jsonb)
    on conflict (alert_id, symbol) do update set state = excluded.state
    where alert_states.state <> excluded.state`;
}

async function writeFirings(tx: TransactionSql, firings: readonly NewFiring[]) {
  if (!firings.length) return [];
  const rows = firings.map(({ alert, ...firing }) => ({
    ...firing,
    id: crypto.randomUUID(),
    alert_id: alert.id,
    rule: alert.rule,
  }));
  const written = await tx<{ id: string }[]>`
    insert into alert_firings (id, alert_id, symbol, at, value, text, rule, event_id)
    select id, alert_id, symbol, at, value, text, rule, event_id
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (
      id uuid, alert_id integer, symbol text, at timestamptz, value jsonb, text text,
      rule jsonb, event_id text)
    on conflict do nothing
    returning id`;
  const ids = new Set(written.map(({ id }) => id));
  return rows.flatMap(({ id }, n) =>
    ids.has(id) ? [{ ...firings[n]!, id }] : []
  );
}

export interface FiringRow {
  readonly id: string;
  readonly alert: number;
  readonly symbol: string;
  readonly at: Date;
  readonly value: number | string;
  readonly text: string;
}

/** Of a symbol, newest first. */
export async function readFirings(
  sql: Sql,
  symbol: string,
  from: string,
  to: string,
  limit: number,
): Promise<FiringRow[]> {
  return await sql<FiringRow[]>`
    select id, alert_id as alert, symbol, at, value, text from alert_firings
    where symbol = ${symbol}
      and at between ${from}::text::timestamptz and ${to}::text::timestamptz
    order by at desc, fired_at desc limit ${limit}`;
}
