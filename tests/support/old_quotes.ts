/** Quotes of some days up to now, stored and handled, for tests of what becomes of old rows. */
import type { Sql } from "postgres";
import quotes from "../../actors/quotes/mod.ts";
import type { KeyedTable } from "../../db/retention.ts";
import type { Log } from "../../engine/actor.ts";
import { type Ages, noteOld } from "../../host/retention.ts";
import { sleep } from "../../wait.ts";
import { noFigures } from "./quote_events.ts";

export const dayMs = 86_400_000;
export const hourMs = 3_600_000;
export const quarterMs = 900_000;
export const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
export const { signal } = new AbortController();

/** The quotes' own. */
export const table = quotes.retention![0] as KeyedTable;

/** So that what is expected is of the same quarter of an hour, or hour. */
export async function earlyIn(ms: number): Promise<void> {
  const left = ms - Date.now() % ms;
  if (left < 5_000) await sleep(left);
}

export interface Told {
  readonly at: number;
  readonly price: number;
}

/** Every two minutes of so many days, up to now: a price that goes up and down. */
export function pricesOf(days: number, seed: number): Told[] {
  const now = Math.floor(Date.now() / 1000) * 1000;
  return Array.from({ length: days * 720 }, (_, n) => ({
    at: now - (days * 720 - n) * 120_000,
    price: 100 + Math.round(20 * Math.sin(n * seed) + 9 * Math.sin(n / 40)),
  }));
}

export async function store(sql: Sql, symbol: string, told: readonly Told[]) {
  await sql`
    insert into quotes (symbol, at, price)
    select ${symbol}, to_timestamp(at / 1000), price from unnest(
      ${told.map(({ at }) => at)}::float8[],
      ${told.map(({ price }) => price)}::float8[]) as told (at, price)`;
}

export async function stored(sql: Sql, symbol: string): Promise<Told[]> {
  const rows = await sql<{ at: Date; price: number }[]>`
    select at, price from quotes where symbol = ${symbol} order by at`;
  return rows.map(({ at, price }) => ({ at: at.getTime(), price }));
}

/** As an isolate handles it. */
export async function tell(
  sql: Sql,
  told: readonly Told[],
  more: object,
  ages: Pick<Ages, "thinAfterDays">,
): Promise<void> {
  const events = told.map(({ at, price }) => ({
    id: `A:${at}`,
    symbol: "A",
    at: new Date(at).toISOString(),
    data: { ...noFigures, price, ...more },
  }));
  await quotes.handle(events, { sql, signal, log: silent });
  await noteOld(quotes, ages, sql)!(events);
}
