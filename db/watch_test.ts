import assert from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";
import { migratedDatabase } from "../tests/support/database.ts";
import { type Proxy, startProxy } from "../tests/support/proxy.ts";
import { sleep } from "../wait.ts";
import { connectDatabase, isUnavailable } from "./client.ts";

const silenceMs = 300;

interface Way {
  readonly proxy: Proxy;
  readonly sql: Sql;
}

async function withWay(max: number, work: (way: Way) => Promise<void>) {
  await using database = await migratedDatabase();
  const proxy = startProxy(database.url);
  const sql = connectDatabase(proxy.url, { max, silenceMs });
  try {
    await work({ proxy, sql });
  } finally {
    await sql.end({ timeout: 1 });
    await sleep(2 * silenceMs); // what is asked besides has its answer
    await proxy.close();
  }
}

const pidOf = async (sql: Sql): Promise<number> =>
  (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid;

async function failureOf(work: Promise<unknown>): Promise<[unknown, number]> {
  const start = performance.now();
  const error = await work.then(() => assert.fail("it should fail"), (e) => e);
  return [error, performance.now() - start];
}

/** Opens every connection of the pool. */
const openAll = (sql: Sql, max: number) =>
  Promise.all(
    Array.from({ length: max }, () => sql`select pg_sleep(0.1)`.execute()),
  );

Deno.test("a pool that went deaf as a whole is made anew after the first silent query", () =>
  withWay(4, async ({ proxy, sql }) => {
    await openAll(sql, 4);
    assert.equal(proxy.open, 4);
    proxy.deafen();
    const [error, ms] = await failureOf(sql`select 1`.execute());
    assert.ok(isUnavailable(error), String(error));
    assert.match(String(error), /127\.0\.0\.1 does not answer/);
    assert.ok(ms < 10 * silenceMs, `${ms} ms`);
    const start = performance.now();
    await openAll(sql, 4);
    assert.ok(performance.now() - start < 5 * silenceMs, "each had to be lost");
  }));

Deno.test("a question that was only half asked is noticed too", () =>
  withWay(1, async ({ proxy, sql }) => {
    await sql`select 1`;
    proxy.deafen();
    // Its parameter's type is asked for first.
    const [error] = await failureOf(sql`select ${1}::int`.execute());
    assert.ok(isUnavailable(error), String(error));
    assert.equal((await sql`select ${1}::int as one`)[0]!.one, 1);
  }));

Deno.test("a statement that takes long, or waits for a lock, goes on", () =>
  withWay(3, async ({ sql }) => {
    const lasts = 8 * silenceMs / 1_000;
    const lock = sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(1)`;
      await tx`select pg_sleep(${lasts})`;
    });
    await sleep(100);
    await sql.begin((tx) => tx`select pg_advisory_xact_lock(1)`);
    await lock;
  }));

Deno.test("a transaction that nobody asks anything of just now outlives the loss of another connection", () =>
  withWay(2, async ({ proxy, sql }) => {
    const outlived = sql.begin(async (deaf) => {
      await deaf`select 1`;
      proxy.deafen();
      await sql.begin(async (tx) => {
        const before = await pidOf(tx as unknown as Sql);
        await failureOf(deaf`select 1`.execute());
        assert.equal(await pidOf(tx as unknown as Sql), before);
      });
    });
    assert.ok(isUnavailable((await failureOf(outlived))[0]));
  }));

Deno.test("what a session that went deaf had locked is free again", () =>
  withWay(2, async ({ proxy, sql }) => {
    const lock = (tx: TransactionSql) =>
      tx`select pg_advisory_xact_lock(2)`.execute();
    const [error] = await failureOf(sql.begin(async (tx) => {
      await lock(tx);
      proxy.deafen();
      await tx`select 1`;
    }));
    assert.ok(isUnavailable(error), String(error));
    const start = performance.now();
    await sql.begin(lock);
    assert.ok(performance.now() - start < 2_000, "it was kept");
  }));

Deno.test("answers that come in pieces, and slowly, are answers", () =>
  withWay(1, async ({ proxy, sql }) => {
    const pid = await pidOf(sql);
    proxy.slow(3, 1);
    const rows =
      await sql`select n, 'row ' || n as t from generate_series(1, 60) n`;
    assert.equal(rows.length, 60);
    proxy.slow(4_000, 100);
    const [{ text }] = await sql`select repeat('x', ${60_000}) as text` as [
      { text: string },
    ];
    assert.equal(text.length, 60_000);
    proxy.heal();
    await sleep(4 * silenceMs);
    assert.equal(await pidOf(sql), pid, "it took its end for silence");
  }));

Deno.test("a connection cut in the middle of a message is unavailable, and the next works", () =>
  withWay(1, async ({ proxy, sql }) => {
    const pid = await pidOf(sql);
    proxy.cut();
    const [error] = await failureOf(
      sql`select repeat('x', 9000)`.execute(),
    );
    assert.ok(isUnavailable(error), String(error));
    assert.notEqual(await pidOf(sql), pid);
  }));

Deno.test("a connection cut in a transaction, and in one inside it, ends both and nothing else", () =>
  withWay(2, async ({ proxy, sql }) => {
    for (const cut of [() => proxy.cut(), () => proxy.deafen()]) {
      const work = sql.begin((tx) =>
        tx.savepoint(async (inner) => {
          await inner`select 1`;
          cut();
          await inner`select repeat('x', 9000)`;
        })
      );
      const [error] = await failureOf(work);
      assert.ok(isUnavailable(error), String(error));
      await Promise.all([1, 2, 3].map(() => pidOf(sql)));
    }
  }));

Deno.test("a network that holds everything back for a moment loses nothing", () =>
  withWay(1, async ({ proxy, sql }) => {
    const pid = await pidOf(sql);
    proxy.stall();
    setTimeout(() => proxy.heal(), 5 * silenceMs);
    await sql`select 1`;
    assert.equal(await pidOf(sql), pid);
  }));
