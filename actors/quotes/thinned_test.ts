import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { rollHoursUp } from "../../host/retention.ts";
import { migratedDatabase } from "../../tests/support/database.ts";
import quotes from "./mod.ts";

const start = Date.parse("2026-01-05T14:30:00.000Z");
const minute = 60_000;

interface Point {
  readonly ms: number;
  readonly price: number;
}

async function insert(sql: Sql, symbol: string, points: readonly Point[]) {
  const events = points.map(({ ms, price }) => {
    const at = new Date(ms).toISOString();
    const rest = { high: 1, low: 1, open: 1, previous_close: 1 };
    const data = { price, change: null, percent_change: null, ...rest };
    return { id: at, symbol, at, data };
  });
  await quotes.handle(events, { sql, signal, log });
}

const { signal } = new AbortController();
const log = { debug() {}, info() {}, warn() {}, error() {} };

async function thinned(
  sql: Sql,
  symbol: string,
  points: number,
  window: { from?: string; to?: string; whole?: number } = {},
): Promise<Point[]> {
  const query = { symbol, limit: 1, points, ...window };
  const rows = await quotes.history(sql, query);
  return rows.map(({ at, price }) => (
    { ms: Date.parse(at), price: price as number }
  ));
}

/** The earliest of those with the extreme price. */
function extreme(points: readonly Point[], sign: 1 | -1): Point {
  return points.reduce((best, one) =>
    sign * one.price > sign * best.price ? one : best
  );
}

/** Numbers that look random and are the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Sessions of some hours with nights between them, holes, jumps, and prices that stand still. */
function wild(seed: number, count: number): Point[] {
  const random = noise(seed);
  let ms = start;
  let price = 100;
  return Array.from({ length: count }, () => {
    const dice = random();
    ms += dice < 0.01 ? 17 * 60 * minute : dice < 0.02 ? 97 * minute : minute;
    if (random() < 0.7) price = Math.round(100 + 80 * (random() - 0.5));
    return { ms, price };
  });
}

const rolled = {
  "nothing rolled up": async () => {},
  "all hours rolled up": async (sql: Sql) => {
    await rollHoursUp({ actor: quotes, sql, log, signal });
    const [row] = await sql`select count(*)::int from quote_hours`;
    assert.ok(row!.count > 100);
  },
  "hours rolled up to the middle": async (sql: Sql) => {
    await rollHoursUp({ actor: quotes, sql, log, signal });
    // In the midst of an hour: of that one too it is not known what changed.
    const [half] = await sql`
      select last - interval '1 ms' as at from quote_hours order by hour
      offset (select count(*) / 2 from quote_hours) limit 1`;
    await sql`update thinning set again_from = ${half!.at}`;
    const { count } = await sql`
      update quote_hours set low = -1, high = 1000, opening = -1, closing = -1
      where hour > ${half!.at}::timestamptz - interval '1 hour'`;
    assert.ok(count > 50);
  },
};

for (const [how, roll] of Object.entries(rolled)) {
  Deno.test(`thinning keeps first, last, lowest and highest of any window, in order, within the number: ${how}`, async () => {
    await using database = await migratedDatabase("quotes");
    const { sql } = database;
    const sizes = [[11, 40], [22, 700], [33, 3000]] as const;
    for (const [seed, count] of sizes) {
      await insert(sql, `S${seed}`, wild(seed, count));
    }
    await roll(sql);
    for (const [seed, count] of sizes) {
      await assertKept(sql, `S${seed}`, wild(seed, count));
    }
  });
}

async function assertKept(sql: Sql, symbol: string, all: readonly Point[]) {
  for (const points of [6, 7, 60, 500, 2000]) {
    for (const cut of [0, 0.3]) {
      const some = all.slice(
        Math.floor(all.length * cut),
        Math.ceil(all.length * (1 - cut / 2)),
      );
      const [first, last] = [some[0]!, some.at(-1)!];
      const window = {
        from: new Date(first.ms).toISOString(),
        to: new Date(last.ms).toISOString(),
      };
      assertSays(await thinned(sql, symbol, points, window), some, points);
      const whole = Math.min(20, points - 6);
      const drawn = await thinned(sql, symbol, points, { ...window, whole });
      assertSays(drawn, some, points);
      if (whole) assert.deepEqual(drawn.slice(-whole), some.slice(-whole));
    }
  }
}

function assertSays(
  kept: readonly Point[],
  some: readonly Point[],
  points: number,
) {
  assert.ok(kept.length <= points, `${kept.length} of ${points}`);
  if (some.length <= points) assert.deepEqual(kept, some);
  assert.deepEqual([kept[0], kept.at(-1)], [some[0], some.at(-1)]);
  for (const sign of [1, -1] as const) {
    assert.deepEqual(extreme(kept, sign), extreme(some, sign));
  }
  const known = new Set(some.map(({ ms, price }) => `${ms} ${price}`));
  assert.ok(kept.every(({ ms, price }) => known.has(`${ms} ${price}`)));
  assert.deepEqual(kept, kept.toSorted((a, b) => a.ms - b.ms));
}

Deno.test("thinning keeps the extremes of every stretch, not of the window alone", async () => {
  await using database = await migratedDatabase("quotes");
  // A needle up and one down in each hour of a flat line.
  const all = Array.from({ length: 6000 }, (_, i) => {
    const needle = i % 60 === 17 ? 5 + i / 1000 : i % 60 === 43 ? -5 : 0;
    return { ms: start + i * minute, price: 100 + needle };
  });
  await insert(database.sql, "A", all);
  const kept = await thinned(database.sql, "A", 1200);
  const needles = all.filter(({ price }) => price !== 100);
  const found = new Set(kept.map(({ ms }) => ms));
  const lost = needles.filter(({ ms }) => !found.has(ms));
  // 200 stretches of half an hour each: at most one needle a stretch.
  assert.equal(lost.length, 0);
});

Deno.test("thinning does not cover up an outage: the rows on both of its sides are kept", async () => {
  await using database = await migratedDatabase("quotes");
  const hole = [3001, 3211] as const;
  const all = Array.from({ length: 6000 }, (_, i) => i)
    .filter((i) => i <= hole[0] || i >= hole[1])
    .map((i) => ({ ms: start + i * minute, price: 100 + Math.sin(i) }));
  await insert(database.sql, "A", all);
  const asked = [{ points: 36 }, { points: 300 }, { points: 60, whole: 24 }];
  for (const more of asked) {
    const query = { symbol: "A", limit: 1, ...more };
    const kept = await quotes.history(database.sql, query);
    const pauses = new Map(kept.map(({ at, pause_ms }) => [at, pause_ms]));
    const [before, after] = hole.map((i) =>
      new Date(start + i * minute).toISOString()
    );
    assert.ok(pauses.has(before!), `${more.points} points`);
    assert.equal(pauses.get(after!), (hole[1] - hole[0]) * minute);
    const others = [...pauses].filter(([at]) => at !== after);
    assert.ok(others.every(([, pause = minute]) => pause === minute));
  }
});

Deno.test("an outage between two stretches does not cover up a shorter one within the second", async () => {
  await using database = await migratedDatabase("quotes");
  const holes = [[690, 911], [1195, 1306]] as const;
  const all = Array.from({ length: 1600 }, (_, i) => i)
    .filter((i) => holes.every(([from, to]) => i < from || i >= to))
    .map((i) => ({ ms: start + i * minute, price: 100 + Math.sin(i) }));
  await insert(database.sql, "A", all);
  const query = { symbol: "A", limit: 1, points: 12 };
  const kept = await quotes.history(database.sql, query);
  const pauses = new Map(kept.map(({ at, pause_ms }) => [at, pause_ms]));
  for (const [from, to] of holes) {
    const after = new Date(start + to * minute).toISOString();
    assert.equal(pauses.get(after), (to - from + 1) * minute, `${from}`);
  }
});

Deno.test("rows of one instant, a single row and none are no trouble to thin", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  assert.deepEqual(await thinned(sql, "A", 6), []);
  await insert(sql, "A", [{ ms: start, price: 1 }]);
  assert.deepEqual(await thinned(sql, "A", 6), [{ ms: start, price: 1 }]);
  const many = Array.from(
    { length: 9 },
    (_, i) => ({ ms: start + i, price: 2 }),
  );
  await insert(sql, "B", many);
  const kept = await thinned(sql, "B", 6);
  assert.deepEqual([kept[0], kept.at(-1)], [many[0], many[8]]);
});
