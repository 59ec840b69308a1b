import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { bounds } from "../engine/histogram.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { createPipelineStore, type Minute } from "./pipeline.ts";
import { upkeep } from "./pipeline_upkeep.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const none = [...bounds, Infinity].map(() => 0);

/** Some events of a quarter of a minute, and as many of more than the longest bound. */
function latency(quick: number, slow: number): number[] {
  return [quick, ...none.slice(2), slow];
}

/** Once for all, so that no test sees a minute end. */
const now = Date.now();

/** A minute that began so long ago. */
function minute(msAgo: number, changes: Partial<Minute> = {}): Minute {
  const begin = Math.floor((now - msAgo) / minuteMs) * minuteMs;
  return {
    minute: new Date(begin).toISOString(),
    actor: "quotes",
    writer: "a",
    events: 4,
    dead_letters: 1,
    failed_scans: 2,
    calls: 3,
    lag: 5,
    pending: 6,
    quota_remaining: 7,
    lagging_since: null,
    latency: latency(3, 1),
    ...changes,
  };
}

async function withStore(
  play: (
    store: ReturnType<typeof createPipelineStore>,
    sql: Sql,
  ) => Promise<void>,
): Promise<void> {
  await using database = await migratedDatabase();
  await play(createPipelineStore(database.sql), database.sql);
}

const lastWeek = () => ({
  from: new Date(Date.now() - 7 * 24 * hourMs),
  to: new Date(Date.now() + hourMs),
  stepMs: 24 * hourMs * 365,
});

/** As if all of it had happened earlier. */
const age = (sql: Sql, interval: string) =>
  sql`update pipeline_minutes set minute = minute - ${interval}::interval`;

Deno.test("a minute that is written twice is there once, as it was written last, and those of two hosts are added", async () => {
  await withStore(async (store) => {
    await store.write([minute(0, { events: 2, latency: latency(2, 0) })]);
    await store.write([minute(0)]);
    await store.write([minute(0)]);
    await store.write([
      minute(0, { writer: "b", lag: 9, pending: null, quota_remaining: 2 }),
      minute(0, { actor: "news", latency: null, quota_remaining: null }),
    ]);
    const [news, quotes] = (await store.history(lastWeek()))
      .map(({ at: _, ...rest }) => rest);
    assert.deepEqual(quotes, {
      actor: "quotes",
      events: 8,
      dead_letters: 2,
      failed_scans: 4,
      calls: 6,
      lag: 9,
      pending: 6,
      quota_remaining: 2,
      latency: latency(6, 2),
    });
    assert.deepEqual([news!.actor, news!.latency], ["news", null]);
    assert.deepEqual(
      await store.totals(),
      new Map([["quotes", 8], ["news", 4]]),
    );
  });
});

Deno.test("minutes of more than a day become quarters of an hour, added to what is there, and no figure changes", async () => {
  await withStore(async (store, sql) => {
    await store.write([minute(0), minute(0, { writer: "b" })]);
    await age(sql, "26 hours");
    await store.write([minute(0), minute(0, { actor: "news" })]);
    const before = await store.history(lastWeek());
    assert.equal(await upkeep(sql, 365, 1), true, "there is more to do");
    assert.equal(await upkeep(sql, 365, 1), true);
    assert.equal(await upkeep(sql, 365, 1), false);
    const rows = await sql`select events, latency from pipeline_quarters`;
    assert.deepEqual([...rows], [{ events: 8, latency: latency(6, 2) }]);
    assert.equal((await sql`select from pipeline_minutes`).count, 2);
    assert.deepEqual(await store.history(lastWeek()), before);
    assert.equal((await store.totals()).get("quotes"), 12);
  });
});

Deno.test("what comes so late that its minute may be rolled up is not taken: it could be counted twice", async () => {
  await withStore(async (store) => {
    const some = [minute(22 * hourMs), minute(23.5 * hourMs)];
    assert.equal(await store.write(some), 1);
    assert.equal((await store.totals()).get("quotes"), 4);
  });
});

Deno.test("what is too old is forgotten, in batches, by one host at a time; all events ever stored stay counted", async () => {
  await withStore(async (store, sql) => {
    await store.write([minute(0), minute(minuteMs * 20)]);
    await age(sql, "3 days");
    await upkeep(sql, 365, 100);
    await sql`insert into journal (at, kind, detail, host)
      values (now() - interval '3 days', 'paused', '', '1')`;
    await sql.begin(async (other) => {
      await other`select pg_advisory_xact_lock(7306918240552)`;
      assert.equal(await upkeep(sql, 2, 100), false);
      assert.ok((await sql`select from pipeline_quarters`).count > 0);
    });
    while (await upkeep(sql, 2, 1));
    assert.equal((await sql`select from pipeline_quarters`).count, 0);
    assert.equal((await sql`select from journal`).count, 0);
    assert.equal((await store.totals()).get("quotes"), 8);
  });
});

Deno.test("a host that starts knows since when an actor has been behind", async () => {
  await withStore(async (store) => {
    const since = "2026-01-31T14:30:00.000Z";
    await store.write([
      minute(minuteMs * 2, { lagging_since: null }),
      minute(minuteMs, { lagging_since: since }),
      minute(minuteMs * 2, { actor: "news", lagging_since: since }),
      minute(minuteMs, { actor: "news" }),
    ]);
    const found = await store.laggingSince();
    assert.deepEqual([...found], [["quotes", new Date(since)]]);
  });
});
