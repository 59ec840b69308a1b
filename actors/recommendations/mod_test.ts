import assert from "node:assert/strict";
import { migratedDatabase } from "../../tests/support/database.ts";
import type { Market } from "../../market/market.ts";
import type { HandleContext } from "../../engine/actor.ts";
import recommendations from "./mod.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;

function event(
  period: string,
  at: string,
  buy: number,
  symbol = "A",
  told_at?: string,
) {
  const counts = { strong_buy: 1, buy, hold: 2, sell: 0, strong_sell: 3 };
  const data = { period, ...counts, ...(told_at && { told_at }) };
  return { id: `${symbol}:${period}`, symbol, at, data };
}

const days = [1, 2, 3].map((day) => `2026-01-0${day}T06:00:00.000Z`) as [
  string,
  string,
  string,
];

const context = (sql: HandleContext["sql"]) => ({ sql, signal, log });

/** What `produce` yields says nothing of the symbol: that is what it was asked for. */
function withoutSymbol<Event extends { symbol: string }>(event: Event) {
  const { symbol: _, ...rest } = event;
  return rest;
}

Deno.test("only a later observation of a month replaces an earlier one", async () => {
  await using database = await migratedDatabase("recommendations");
  const { sql } = database;
  const ctx = context(sql);
  const read = async () => {
    const rows = await recommendations.history(sql, { symbol: "A", limit: 9 });
    return rows.map((row) => row.buy).join();
  };
  const period = "2026-01-01";
  await recommendations.handle([event(period, days[1], 20)], ctx);
  await recommendations.handle([event(period, days[0], 10)], ctx);
  assert.equal(await read(), "20", "a replay is older");
  await recommendations.handle([event(period, days[1], 21)], ctx);
  assert.equal(await read(), "20", "as new is not newer");
  await recommendations.handle([event(period, days[2], 30)], ctx);
  assert.equal(await read(), "30");
});

Deno.test("a batch may hold a month several times, in any order, and may come twice", async () => {
  await using database = await migratedDatabase("recommendations");
  const { sql } = database;
  const ctx = context(sql);
  const batch = [
    event("2026-01-01", days[1], 20),
    event("2026-01-01", days[2], 30),
    event("2026-01-01", days[2], 31),
    event("2026-01-01", days[0], 10),
    event("2025-12-01", days[0], 5),
    event("2026-01-01", days[0], 7, "B"),
  ];
  for (let times = 0; times < 2; times++) {
    await recommendations.handle(batch, ctx);
    const rows = await sql`
      select symbol, period::text, buy from recommendations order by symbol, period`;
    assert.deepEqual(rows.map((row) => Object.values(row).join()), [
      "A,2025-12-01,5",
      "A,2026-01-01,30",
      "B,2026-01-01,7",
    ]);
  }
});

Deno.test("a month that is over is revised by what is told later, and what was told before is kept", async () => {
  const period = "2025-12-01";
  const end = "2026-01-01T00:00:00.000Z";
  const tellings = [
    event(period, "2025-12-15T00:00:00.000Z", 4),
    event(period, end, 5, "A", days[0]),
    event(period, end, 5, "A", days[1]),
    event(period, end, 6, "A", days[2]),
  ];
  for (const batch of [tellings, tellings.toReversed()]) {
    await using database = await migratedDatabase("recommendations");
    const { sql } = database;
    for (let times = 0; times < 2; times++) {
      for (const one of batch) {
        await recommendations.handle([one], context(sql));
      }
      await recommendations.handle(batch, context(sql));
    }
    const query = { symbol: "A", limit: 9 };
    const [row, ...others] = await recommendations.history(sql, query);
    assert.deepEqual(others, []);
    assert.deepEqual([row?.buy, row?.told_at], [6, days[2]]);
    const former = (row?.former as { buy: number }[]).map((was) => was.buy);
    assert.deepEqual([...new Set(former)], [4, 5]);
  }
});

Deno.test("rows come back as the events were, the newest the last observed", async () => {
  await using database = await migratedDatabase("recommendations");
  const { sql } = database;
  const ctx = context(sql);
  const batch = [
    event("2025-12-01", days[0], 5),
    event("2026-01-01", days[2], 30),
  ];
  await recommendations.handle(batch, ctx);
  const expected = batch.map(({ symbol, at, data }) => (
    { symbol, at, ...data }
  ));
  const query = { symbol: "A", limit: 9 };
  const history = await recommendations.history(sql, query);
  assert.deepEqual(history.map((row) => ({ ...row })), expected);
  const newest = await recommendations.history(sql, { ...query, limit: 1 });
  assert.deepEqual(newest.map((row) => ({ ...row })), [expected[1]]);
  const one = await recommendations.history(sql, {
    ...query,
    from: days[0],
    to: days[0],
  });
  assert.deepEqual(one.map((row) => row.period), ["2025-12-01"]);
});

Deno.test("a month is as of its observation while it lasts, and final afterwards", async () => {
  const trend = (period: string) => ({
    symbol: "A",
    ...event(period, "", 1).data,
  });
  const market = {
    recommendations: () =>
      Promise.resolve(["2025-12-01", "2026-01-01"].map(trend)),
  };
  const events = await Array.fromAsync(recommendations.produce("A", {
    market: market as Partial<Market> as Market,
    latest: () => Promise.resolve(undefined),
    now: new Date(days[2]),
    signal,
    log,
  }));
  assert.deepEqual(
    events,
    [
      event("2025-12-01", "2026-01-01T00:00:00.000Z", 1, "A", days[2]),
      event("2026-01-01", days[2], 1, "A", days[2]),
    ].map(withoutSymbol),
  );
});

Deno.test("the schema refuses what is no count and no date", () => {
  const { data } = event("2026-01-01", "", 1);
  assert.ok(recommendations.schema.safeParse(data).success);
  for (
    const wrong of [
      { buy: -1 },
      { buy: 1.5 },
      { hold: 2 ** 40 },
      { sell: null },
      { period: "2026-02-30" },
      { period: "January" },
    ]
  ) {
    const result = recommendations.schema.safeParse({ ...data, ...wrong });
    assert.equal(result.success, false, JSON.stringify(wrong));
  }
});
