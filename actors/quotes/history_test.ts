import assert from "node:assert/strict";
import { rollHoursUp } from "../../host/retention.ts";
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

/** So many days of 195 quotes each; `change` is of each row alone. */
function days(count: number, priceOn: (day: number) => number) {
  return Array.from({ length: count * 195 }, (_, n) => {
    const day = Math.floor(n / 195);
    const ms = start + day * 86_400_000 + n % 195 * 120_000;
    const at = new Date(ms).toISOString();
    const price = priceOn(day) * (1 + 0.02 * Math.sin(n / 40));
    const told = { price, change: n, previous_close: priceOn(day) };
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
    // A step as deep as that may be a split, which only the whole row tells.
    const isStep = row.price === 1 || "change" in row;
    assert.ok(isStep || Object.keys(row).every((key) => changed.has(key)));
  }
  assert.ok(rows.filter((row) => "change" in row).length <= whole + 2);
  const lowest = rows.find(({ at }) => at === corrected.at);
  assert.equal(lowest?.price, 1);
  assert.deepEqual(lowest?.former, [
    { price: corrected.data.price, told_at: null },
  ]);
});

Deno.test("a split of long ago is known where older rows are told by their price", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  await quotes.handle(days(20, (day) => day < 8 ? 1_000 : 100), context(sql));
  await rollHoursUp({ actor: quotes, sql, log, signal });
  const splits = async (more: object) =>
    splitsOf(
      await quotes.history(sql, { symbol: "A", limit: 1, ...more }) as Row[],
    );
  const at = new Date(start + 8 * 86_400_000).toISOString();
  const split = { at, ratio: 10, text: "10:1" };
  assert.deepEqual(await splits({ points: 10_000 }), [split]);
  assert.deepEqual(await splits({ points }), [split]);
  assert.deepEqual(await splits({ points, whole }), [split]);
});
