import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { noteOld, rollHoursUp } from "../../host/retention.ts";
import { migratedDatabase } from "../../tests/support/database.ts";
import {
  context,
  data,
  log,
  signal,
} from "../../tests/support/quote_events.ts";
import quotes from "./mod.ts";
import type { Row } from "./price_tables.tsx";
import { splitsOf } from "./splits.ts";

const start = Date.parse("2026-01-05T14:30:00.000Z");
const points = 120, whole = 30;

/** So many days of 195 quotes each, of hours from 0 to 6.5; `change` is of each row alone. */
function days(count: number, priceOn: (day: number, hour: number) => number) {
  return Array.from({ length: count * 195 }, (_, n) => {
    const day = Math.floor(n / 195);
    const ms = start + day * 86_400_000 + n % 195 * 120_000;
    const at = new Date(ms).toISOString();
    const price = priceOn(day, n % 195 / 30) * (1 + 0.002 * Math.sin(n / 40));
    const told = { price, change: n, previous_close: priceOn(day, 9) };
    return { id: at, symbol: "A", at, data: { ...data, ...told } };
  });
}

Deno.test("of the newest rows all is told, of older ones what a chart draws", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const events = days(10, () => 100);
  await quotes.handle(events, context(sql));
  const corrected = events[events.length - 700]!;
  const low = { ...corrected.data, price: 1, told_at: events.at(-1)!.at };
  await quotes.handle([{ ...corrected, data: low }], context(sql));
  await rollHoursUp({ actor: quotes, sql, log, signal });

  const query = { symbol: "A", limit: 1, points, whole };
  const rows = await quotes.history(sql, query);
  const expected = events.slice(-whole).map(({ at, data }) => (
    { symbol: "A", at, ...data }
  ));
  const withoutPause = rows.map(({ pause_ms: _, ...row }) => row);
  assert.deepEqual(withoutPause.slice(-whole), expected);
  const changed = new Set(["at", "former", "price", "symbol", "told_at"]);
  for (const row of withoutPause.slice(0, -whole)) {
    // A step as deep as that may be a split, which only whole rows tell.
    const isPlain = Object.keys(row).every((key) => changed.has(key));
    assert.ok(isPlain || "change" in row);
  }
  assert.ok(rows.filter((row) => "change" in row).length <= whole + 3);
  const lowest = rows.find(({ at }) => at === corrected.at);
  assert.equal(lowest?.price, 1);
  assert.deepEqual(lowest?.former, [
    { price: corrected.data.price, told_at: null },
  ]);
});

Deno.test("a price that was corrected after its hour was rolled up is told as it is now", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const wrong = 195 * 5 + 40;
  const events = days(10, () => 100);
  events[wrong]!.data.price = 120;
  await quotes.handle(events, context(sql));
  await rollHoursUp({ actor: quotes, sql, log, signal });
  const { data, ...event } = events[wrong]!;
  const told = { ...data, price: 100, told_at: events.at(-1)!.at };
  const correction = { ...event, data: told };
  await quotes.handle([correction], context(sql));
  await noteOld(quotes, { thinAfterDays: null }, sql)!([correction]);
  for (const asked of [{ points }, { points, whole }]) {
    const rows = await quotes.history(sql, { symbol: "A", limit: 1, ...asked });
    const prices = (rows as Row[]).map(({ price }) => price);
    assert.ok(Math.max(...prices) < 101, `${Math.max(...prices)}`);
  }
});

Deno.test("where few points are asked for, so few are whole", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const events = days(3, () => 100);
  await quotes.handle(events, context(sql));
  for (const points of [6, 20, whole, whole + 6]) {
    const query = { symbol: "A", limit: 1, points, whole };
    const rows = await quotes.history(sql, query);
    assert.ok(rows.length <= points, `${rows.length} of ${points}`);
    assert.equal(rows.at(-1)!.at, events.at(-1)!.at);
  }
});

async function splitsIn(sql: Sql, more: object) {
  const query = { symbol: "A", limit: 1, ...more };
  return splitsOf(await quotes.history(sql, query) as Row[]);
}

Deno.test("a split of long ago is known where older rows are told by their price", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  await quotes.handle(days(20, (day) => day < 8 ? 1_000 : 100), context(sql));
  await rollHoursUp({ actor: quotes, sql, log, signal });
  const at = new Date(start + 8 * 86_400_000).toISOString();
  const split = { at, ratio: 10, text: "10:1" };
  assert.deepEqual(await splitsIn(sql, { points: 10_000 }), [split]);
  assert.deepEqual(await splitsIn(sql, { points }), [split]);
  assert.deepEqual(await splitsIn(sql, { points, whole }), [split]);
});

Deno.test("a day that climbs to twice the close before and falls back to it is no split", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  // In steps that are none of a split alone.
  const day8 = [[0.1, 69.4], [0.3, 96.3], [6.4, 60], [7, 48.5]] as const;
  const price = (day: number, hour: number) =>
    (day === 8 && day8.find(([until]) => hour < until)?.[1]) || 50;
  await quotes.handle(days(20, price), context(sql));
  await rollHoursUp({ actor: quotes, sql, log, signal });
  for (const points of [80, 100, 120, 140, 200]) {
    assert.deepEqual(await splitsIn(sql, { points, whole }), [], `${points}`);
  }
});
