import assert from "node:assert/strict";
import type { Sql } from "postgres";
import quotes from "../actors/quotes/mod.ts";
import { createRetention } from "../db/retention.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import {
  dayMs,
  earlyIn,
  hourMs,
  pricesOf,
  signal,
  silent,
  store,
  table,
  tell,
  type Told,
} from "../tests/support/old_quotes.ts";
import { rollHoursUp, rollUpAfterDays } from "./retention.ts";

const rolling = (sql: Sql) => ({ actor: quotes, sql, log: silent, signal });

/** As the contract says it, without the database. */
function hoursOf(told: readonly Told[]): unknown[] {
  const until = Math.floor((Date.now() - rollUpAfterDays * dayMs) / hourMs);
  const hours = Map.groupBy(told, ({ at }) => Math.floor(at / hourMs));
  return [...hours].filter(([hour]) => hour < until).map(([hour, rows]) => {
    const prices = rows.map(({ price }) => price);
    const [low, high] = [Math.min(...prices), Math.max(...prices)];
    const at = (value: number) => rows.find(({ price }) => price === value)!.at;
    const [first, last] = [rows[0]!, rows.at(-1)!];
    const ends = [first.at, last.at, first.price, last.price];
    return [hour * hourMs, ...ends, low, at(low), high, at(high)];
  });
}

async function rolledUp(sql: Sql, symbol: string): Promise<unknown[]> {
  const rows = await sql<Record<string, Date | number>[]>`
    select hour, first, last, opening, closing, low, low_at, high, high_at
    from quote_hours where symbol = ${symbol} order by hour`;
  return rows.map((row) => Object.values(row).map(Number));
}

Deno.test("hours are rolled up a day after their end, and again after what came late", async () => {
  await earlyIn(hourMs);
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const told = { A: pricesOf(5, 0.7), B: pricesOf(3, 0.31) };
  for (const [symbol, prices] of Object.entries(told)) {
    await store(sql, symbol, prices);
  }
  assert.equal(await rollHoursUp(rolling(sql)), true);
  for (const [symbol, prices] of Object.entries(told)) {
    assert.deepEqual(await rolledUp(sql, symbol), hoursOf(prices), symbol);
  }
  const late = [{ at: told.A[500]!.at + 7_000, price: 900 }];
  const ages = { thinAfterDays: null };
  await tell(sql, late, {}, ages);
  const told_at = new Date(told.A[900]!.at + 60_000).toISOString();
  const corrected = { ...told.A[900]!, price: 2 };
  await tell(sql, [corrected], { told_at }, ages);
  const [mark] = await sql<{ done: Date }[]>`
    select least(done_to, run_from, again_from) as done from thinning`;
  assert.equal(mark!.done.getTime(), late[0]!.at, "not after it, until then");
  await rollHoursUp(rolling(sql));
  const now = [...told.A, ...late].map((one) =>
    one.at === corrected.at ? corrected : one
  ).sort((a, b) => a.at - b.at);
  assert.deepEqual(await rolledUp(sql, "A"), hoursOf(now));
});

Deno.test("what is stored while an hour is being rolled up is rolled up again", async () => {
  await earlyIn(hourMs);
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const told = pricesOf(3, 0.7);
  await store(sql, "A", told);
  const late = { at: told[300]!.at + 7_000, price: 900 };
  const retention = createRetention(sql, "quotes");
  const batch = () => retention.rollUp(table, "quote_hours", rollUpAfterDays);
  // The run is known of before it reads a row.
  assert.deepEqual(await batch(), { rows: 0, next: {} });
  await tell(sql, [late], {}, { thinAfterDays: null });
  while ((await batch())?.next);
  const [row] = await sql`select again_from from thinning`;
  assert.equal(row!.again_from.getTime(), late.at);
});
