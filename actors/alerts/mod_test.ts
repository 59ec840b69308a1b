import assert from "node:assert/strict";
import type { ConsumedEvent } from "../../engine/actor.ts";
import type { AlertRule } from "../../db/alert_rule.ts";
import { createAlerts } from "../../db/alerts.ts";
import { migratedDatabase } from "../../tests/support/database.ts";
import { consensus } from "../recommendations/ratings.tsx";
import alerts from "./mod.ts";
import { seenIn } from "./observations.ts";
import { ratingWords } from "./rules.ts";

const rest = {
  repeat: "rearm",
  hysteresis: 0.5,
  cooldown_minutes: 0,
  expires_at: null,
  note: "",
} as const;

const above: AlertRule = {
  ...rest,
  symbol: "IBM",
  when: "price",
  crosses: "above",
  value: 100,
};

/** Long ago: what counts is when the broker took it. */
const start = Date.parse("2026-01-05T15:00:00.000Z");
const minute = (n: number) => new Date(start + n * 60_000).toISOString();

function quote(n: number, price: number, more: Partial<ConsumedEvent> = {}) {
  return {
    actor: "quotes",
    id: `IBM:${minute(n)}`,
    symbol: "IBM",
    at: minute(n),
    published_at: new Date(Date.now() + 1_000).toISOString(),
    data: { price },
    ...more,
  };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function setUp(...rules: AlertRule[]) {
  const database = await migratedDatabase("alerts");
  const { sql } = database;
  const store = createAlerts(sql);
  for (const rule of rules) await store.add(rule);
  const { signal } = new AbortController();
  return {
    sql,
    store,
    observe: (...events: ConsumedEvent[]) =>
      alerts.observe(events, { sql, signal, log: silent }),
    values: async () =>
      (await store.firings({ limit: 100 })).map(({ value }) => value).reverse(),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

Deno.test("two crossings in one batch fire twice, and a batch that comes again fires nothing", async () => {
  await using system = await setUp(above);
  const batch = [99, 101, 98, 102].map((price, n) => quote(n, price));
  const told = await system.observe(...batch);
  assert.deepEqual(told.map(({ value }) => value), [101, 102]);
  assert.deepEqual(await system.observe(...batch), []);
  // As after a kill between two batches, and as a restored stream would bring them.
  await system.observe(batch[2]!, batch[3]!);
  await system.observe(...batch);
  const [firing] = await system.store.firings({ symbol: "IBM", limit: 1 });
  assert.equal((await system.values()).length, 2);
  assert.deepEqual(firing!.rule, above);
  assert.equal(firing!.alert, 1);
});

Deno.test("what is known outlives the batch, and what is older than that fires nothing", async () => {
  await using system = await setUp(above);
  await system.observe(quote(5, 99));
  await system.observe(quote(4, 101));
  assert.deepEqual(await system.values(), []);
  await system.observe(quote(6, 101));
  assert.deepEqual(await system.values(), [101]);
});

Deno.test("a correction of the newest price counts, one of an older does not", async () => {
  await using system = await setUp(above);
  await system.observe(quote(1, 98), quote(2, 99));
  const told = (n: number, price: number) =>
    quote(n, price, { data: { price, told_at: minute(n + 10) } });
  await system.observe(told(1, 104));
  assert.deepEqual(await system.values(), []);
  await system.observe(told(2, 103), told(2, 103));
  assert.deepEqual(await system.values(), [103]);
});

Deno.test("what was published before the alert was made fires nothing, and is where its path begins", async () => {
  await using system = await setUp();
  const before = new Date(Date.now() - 60_000).toISOString();
  await system.store.add(above);
  await system.observe(
    quote(1, 99, { published_at: before }),
    quote(2, 101, { published_at: before }),
    quote(3, 99, { published_at: before }),
  );
  assert.deepEqual(await system.values(), []);
  await system.observe(quote(4, 101));
  assert.deepEqual(await system.values(), [101]);
});

Deno.test("an alert that is made later knows the last price, also for a move", async () => {
  await using system = await setUp();
  await system.observe(quote(1, 99));
  await system.store.add(above);
  await system.store.add({
    ...rest,
    symbol: "*",
    when: "move",
    percent: 2,
    minutes: 30,
  });
  await system.observe(quote(2, 102), quote(3, 103));
  assert.deepEqual(await system.values(), [102, 102]);
});

Deno.test("every symbol has a state of its own", async () => {
  await using system = await setUp({ ...above, symbol: "*" });
  const other = (n: number, price: number) =>
    quote(n, price, { symbol: "AAPL", id: `AAPL:${n}` });
  await system.observe(quote(1, 99), other(1, 101), quote(2, 101));
  await system.observe(other(2, 99), other(3, 101));
  const fired = await system.store.firings({ limit: 10 });
  assert.deepEqual(fired.map(({ symbol }) => symbol), ["AAPL", "IBM"]);
});

Deno.test("a paused, a changed and an expired alert begin anew or do not fire", async () => {
  await using system = await setUp(above, {
    ...above,
    expires_at: "2026-02-01T00:00:00.000Z",
  });
  await system.observe(quote(1, 99));
  await system.store.change(1, { rule: above, paused: true });
  await system.observe(quote(2, 101));
  await system.store.change(1, { rule: above, paused: false });
  await system.observe(quote(3, 102));
  assert.deepEqual(await system.values(), []);
  await system.observe(quote(4, 90), quote(5, 102));
  assert.deepEqual(await system.values(), [102]);
  const states = (await system.store.list()).map(({ state }) => state);
  assert.deepEqual(states, ["fired", "expired"]);
});

Deno.test("a rating fires when the newest month changes its word, and when a newer one differs", async () => {
  await using system = await setUp({
    ...rest,
    symbol: "IBM",
    when: "rating",
    change: "any",
  });
  const rated = (n: number, period: string, buy: number, sell: number) =>
    quote(n, 0, {
      actor: "recommendations",
      id: `IBM:${period}`,
      data: { period, strong_buy: 0, buy, hold: 0, sell, strong_sell: 0 },
    });
  await system.observe(rated(1, "2026-01-01", 10, 0));
  await system.observe(rated(2, "2025-12-01", 0, 10));
  await system.observe(rated(3, "2026-01-01", 9, 1));
  assert.deepEqual(await system.values(), []);
  await system.observe(rated(4, "2026-02-01", 5, 5));
  assert.deepEqual(await system.values(), ["hold"]);
});

Deno.test("an article fires once, however often it is published, and not if it was there before", async () => {
  await using system = await setUp();
  const article = (id: string, headline: string) =>
    quote(1, 0, { actor: "news", id, data: { headline } });
  await system.observe(article("1:IBM", "A merger of old"));
  // Made after that was published: its time was ahead.
  await system
    .sql`update alert_articles set published_at = now() - interval '1 hour'`;
  await system.store.add({
    ...rest,
    symbol: "*",
    when: "news",
    words: "merger",
  });
  await system.observe(article("1:IBM", "A merger of old"));
  await system.observe(article("2:IBM", "A Merger!"));
  await system.observe(article("2:IBM", "A Merger!"));
  assert.deepEqual(await system.values(), ["A Merger!"]);
});

Deno.test("what is no value of its actor is left alone", async () => {
  await using system = await setUp(above);
  const odd = [
    quote(1, 0),
    quote(1, 1, { data: { price: "101" } }),
    quote(1, 1, { data: {} }),
    quote(1, 1, { symbol: "I\0BM" }),
    quote(1, 1, { at: "+012026-01-05T15:00:00.000Z" }),
    quote(1, 1, { actor: "weather" }),
    quote(1, 1, { actor: "recommendations", data: { period: "2026-13-45" } }),
  ];
  assert.deepEqual(await system.observe(...odd), []);
  assert.equal((await system.sql`select from alert_symbols`).length, 0);
});

Deno.test("the consensus is the one that the ratings' own page shows", () => {
  for (let n = 0; n < 243; n++) {
    const [strong_buy, buy, hold, sell, strong_sell] = [1, 3, 9, 27, 81]
      .map((place) => Math.floor(n / place) % 3) as [
        number,
        number,
        number,
        number,
        number,
      ];
    const counts = { strong_buy, buy, hold, sell, strong_sell };
    const data = { period: "2026-01-01", ...counts };
    const seen = seenIn(quote(1, 0, { actor: "recommendations", data }));
    const word = seen?.kind === "rating"
      ? ratingWords[seen.rank]
      : ratingWords[0];
    assert.equal(word, consensus(counts).toLowerCase());
  }
});
