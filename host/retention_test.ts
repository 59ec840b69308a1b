import assert from "node:assert/strict";
import type { Sql } from "postgres";
import alerts from "../actors/alerts/mod.ts";
import news from "../actors/news/mod.ts";
import quotes from "../actors/quotes/mod.ts";
import type { Value } from "../engine/actor.ts";
import { createRetention } from "../db/retention.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import {
  dayMs,
  earlyIn,
  pricesOf,
  quarterMs,
  signal,
  silent,
  store,
  stored,
  table,
  tell,
  type Told,
} from "../tests/support/old_quotes.ts";
import {
  type Ages,
  keepRetention,
  removeOldRows,
  rollHoursUp,
} from "./retention.ts";

function run(
  sql: Sql,
  ages: Partial<Ages>,
  actor: Parameters<typeof removeOldRows>[0]["actor"] = quotes,
  log = silent,
) {
  const all = { dropAfterDays: null, thinAfterDays: null, ...ages };
  return removeOldRows({ actor, sql, ages: all, log, signal });
}

/** As the contract says it, without the database. */
function thinned(told: readonly Told[], days: number): Told[] {
  const until = Math.floor((Date.now() - days * dayMs) / quarterMs);
  const quarters = Map.groupBy(told, ({ at }) => Math.floor(at / quarterMs));
  return [...quarters].flatMap(([quarter, rows]) => {
    if (quarter >= until) return rows;
    const prices = rows.map(({ price }) => price);
    const kept = [
      rows[0],
      rows.at(-1),
      rows.find(({ price }) => price === Math.min(...prices)),
      rows.find(({ price }) => price === Math.max(...prices)),
    ];
    return rows.filter((row) => kept.includes(row));
  });
}

Deno.test("of each old quarter of an hour the first, last, lowest and highest stay, of the rest all", async () => {
  await earlyIn(quarterMs);
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const told = { A: pricesOf(4, 0.7), B: pricesOf(3, 0.31) };
  for (const [symbol, prices] of Object.entries(told)) {
    await store(sql, symbol, prices);
  }
  const before = await quotes.history(sql, {
    symbol: "A",
    limit: 1,
    points: 60,
  });
  await run(sql, { thinAfterDays: 2 });
  for (const [symbol, prices] of Object.entries(told)) {
    assert.deepEqual(await stored(sql, symbol), thinned(prices, 2), symbol);
  }
  const after = await quotes.history(sql, {
    symbol: "A",
    limit: 1,
    points: 60,
  });
  const extremes = (rows: readonly Value[]) => {
    const prices = rows.map((row) => row.price as number);
    return [prices[0], prices.at(-1), Math.min(...prices), Math.max(...prices)];
  };
  assert.deepEqual(extremes(after), extremes(before));
  const count = (await stored(sql, "A")).length;
  await run(sql, { thinAfterDays: 2 });
  assert.equal((await stored(sql, "A")).length, count, "once more: nothing");
});

Deno.test("a run goes on where it was left, on whatever host, and never on two at once", async () => {
  await earlyIn(quarterMs);
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const told = pricesOf(6, 0.7);
  await store(sql, "A", told);
  const retention = createRetention(sql, "quotes");
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('retention quotes', 0))`;
    assert.equal(await retention.thin(table, 1), null);
    assert.equal(await retention.drop(table, 1), null);
    assert.equal(await retention.rollUp(table, "quote_hours", 1), null);
    assert.equal(
      await rollHoursUp({ actor: quotes, sql, log: silent, signal }),
      false,
    );
  });
  // What a host that died left behind.
  await sql`
    insert into thinning (actor, table_name, run_from, run_to, run_at)
    select 'quotes', 'quotes', '-infinity',
      date_bin('15 minutes', now() - interval '1 day', '2000-01-01Z'),
      date_bin('15 minutes', now() - interval '3 days', '2000-01-01Z')`;
  await run(sql, { thinAfterDays: 1 });
  const half = Math.floor((Date.now() - 3 * dayMs) / quarterMs) * quarterMs;
  const isOld = ({ at }: Told) => at < half;
  const now = await stored(sql, "A");
  assert.deepEqual(now.filter(isOld), told.filter(isOld), "that was done");
  const expected = thinned(told, 1).filter((one) => !isOld(one));
  assert.deepEqual(now.filter((one) => !isOld(one)), expected);
});

Deno.test("what comes again is thinned again, and a corrected price stays", async () => {
  await earlyIn(quarterMs);
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  const told = pricesOf(4, 0.7);
  await store(sql, "A", told);
  const corrected = told.find((one) => !thinned(told, 2).includes(one))!;
  const at = new Date(corrected.at).toISOString();
  const told_at = new Date(corrected.at + 60_000).toISOString();
  const ages = { dropAfterDays: null, thinAfterDays: 2 };
  const handle = (events: readonly Told[], more: object) =>
    tell(sql, events, more, ages);
  await handle([corrected], { told_at });
  await run(sql, ages);
  const once = await stored(sql, "A");
  assert.equal(once.length, thinned(told, 2).length + 1);
  const window = { symbol: "A", from: at, to: at, limit: 1 };
  const [row] = await quotes.history(sql, window);
  assert.equal(row?.told_at, told_at);
  await handle(told, {});
  assert.ok((await stored(sql, "A")).length > once.length, "a replay");
  await run(sql, ages);
  assert.deepEqual(await stored(sql, "A"), once);
});

Deno.test("rows that are too old are dropped, but the newest of each symbol", async () => {
  await using database = await migratedDatabase("quotes", "news", "alerts");
  const { sql } = database;
  const told = pricesOf(4, 0.7);
  await store(sql, "A", told);
  await store(sql, "OLD", told.slice(0, 500));
  const lines: unknown[] = [];
  const info = (message: string, fields: object = {}) => {
    const { ms: _, ...rest } = fields as Record<string, unknown>;
    lines.push({ message, ...rest });
  };
  await run(sql, { dropAfterDays: 2 }, quotes, { ...silent, info });
  const since = Date.now() - 2 * dayMs;
  const young = told.filter(({ at }) => at >= since);
  const kept = await stored(sql, "A");
  assert.ok(Math.abs(kept.length - young.length) <= 1);
  assert.deepEqual(await stored(sql, "OLD"), [told[499]]);
  const dropped = told.length - kept.length + 499;
  const message = "old rows removed";
  assert.deepEqual(lines, [{ message, dropped, thinned: 0 }]);

  await sql`
    insert into news (id, at, headline, source, summary)
    select n, now() - n * interval '1 day', 'h', 's', '' from generate_series(0, 9) n`;
  await sql`insert into news_symbols select id, 'A', at from news`;
  await run(sql, { dropAfterDays: 5 }, news);
  const articles = await news.history(sql, { symbol: "A", limit: 100 });
  assert.equal(articles.length, 5);

  await sql`
    insert into alert_firings (alert_id, symbol, at, value, text, rule, event_id, fired_at)
    select 1, 'A', now(), '1', 't', '{}', n, now() - n * interval '1 day'
    from generate_series(0, 9) n`;
  await run(sql, { dropAfterDays: 5 }, alerts);
  const [{ count } = {}] = await sql`
    select count(*)::int as count from alert_firings`;
  assert.equal(count, 5);
});

Deno.test("an actor that names no tables keeps everything, and the setting is told to do nothing", async () => {
  await using database = await migratedDatabase("quotes");
  const { sql } = database;
  await store(sql, "A", pricesOf(3, 0.7));
  const warned: string[] = [];
  const stopping = new AbortController();
  const kept = keepRetention({
    actor: { name: "quotes" },
    sql,
    ages: { dropAfterDays: 1, thinAfterDays: 1 },
    log: { ...silent, warn: (message) => void warned.push(message) },
    signal: stopping.signal,
  });
  await run(sql, { dropAfterDays: 1, thinAfterDays: 1 }, { name: "quotes" });
  stopping.abort();
  await kept;
  assert.equal((await stored(sql, "A")).length, 3 * 720);
  assert.match(warned.join("\n"), /RETENTION_DAYS_QUOTES does nothing/);
  assert.match(warned.join("\n"), /THIN_AFTER_DAYS_QUOTES does nothing/);
});
