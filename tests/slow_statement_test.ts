/** A statement that takes too long is its event's fault only if others pass: on a real PostgreSQL. */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import quotes from "../actors/quotes/mod.ts";
import type { Delivery } from "../broker/broker.ts";
import { createAttempts } from "../db/attempts.ts";
import {
  isBadData,
  isSystemFault,
  isTooSlow,
  isUnavailable,
} from "../db/client.ts";
import { createDeadLetters } from "../db/dead_letters.ts";
import type { Actor } from "../engine/actor.ts";
import { createConsumer } from "../engine/consumer.ts";
import { Measures } from "../engine/measures.ts";
import { sleep } from "../wait.ts";
import { quotes as quoteMessages } from "./kafka/quotes.ts";
import { migratedDatabase } from "./support/database.ts";

/** Long enough for a statement on a busy machine, short enough to wait for. */
const statementMs = 400;

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function consumerOn(sql: Sql, waits: string[]) {
  const actor = quotes as unknown as Actor;
  return createConsumer({
    actor,
    context: { sql, log: quiet },
    setLatest: () => Promise.resolve(),
    record: () => Promise.resolve(),
    attempts: createAttempts(sql, "quotes"),
    deadLetters: createDeadLetters(sql),
    isUnavailable: (error) => isUnavailable(error) || isSystemFault(error),
    isTooSlow,
    isBadData,
    onProgress: () => {},
    onWaiting: (reason) => void (reason && waits.push(reason)),
    measures: new Measures(),
    log: quiet,
  });
}

function deliveries(count: number): Delivery[] {
  return quoteMessages(count).map((message, i) => ({
    ...message,
    position: `${i + 1}-0`,
    storedAt: Date.now(),
    redelivered: false,
  }));
}

async function setUp() {
  const database = await migratedDatabase("quotes");
  const sql = postgres(database.url, {
    max: 2,
    onnotice: () => {},
    connection: { statement_timeout: statementMs, lock_timeout: 150 },
  });
  const waits: string[] = [];
  return {
    admin: database.sql,
    waits,
    consume: consumerOn(sql, waits),
    stored: async () => (await database.sql`select 1 from quotes`).count,
    letters: () =>
      database.sql<{ subject: string; reason: string; error: string }[]>`
        select subject, reason, error from dead_letters`,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

const { signal } = new AbortController();

Deno.test("of a batch that always takes too long, the event at fault becomes a dead letter and the others are rows", async () => {
  await using system = await setUp();
  const { admin, consume, stored, letters } = system;
  await admin.unsafe(`
    create function wait_for_s3() returns trigger language plpgsql as $$
    begin
      if new.symbol = 'S3' then perform pg_sleep(60); end if;
      return new;
    end $$;
    create trigger slow before insert on quotes
    for each row execute function wait_for_s3()`);
  await consume(deliveries(10), signal);
  const [letter, ...more] = await letters();
  assert.deepEqual(more, []);
  assert.equal(letter!.subject, "S3");
  assert.equal(letter!.reason, "retries-exhausted");
  assert.match(letter!.error, /statement timeout/);
  assert.equal(await stored(), 9);
});

Deno.test("a table that is locked, and a server that is slow as a whole, make no dead letters: both are waited for", async () => {
  await using system = await setUp();
  const { admin, consume, stored, letters, waits } = system;
  const locked = Promise.withResolvers<void>();
  const unlock = Promise.withResolvers<void>();
  const locking = admin.begin(async (tx) => {
    await tx`lock table quotes`;
    locked.resolve();
    await unlock.promise;
  });
  await locked.promise;
  const consuming = consume(deliveries(20), signal);
  await sleep(2_000);
  unlock.resolve();
  await Promise.all([locking, consuming]);
  assert.match(waits.join(), /lock timeout/);
  assert.equal(await stored(), 20);

  // Every row now takes too long, also of what was stored before.
  await admin.unsafe(`
    create function wait() returns trigger language plpgsql as $$
    begin perform pg_sleep(60); return new; end $$;
    create trigger slow before insert on quotes
    for each row execute function wait()`);
  const more = deliveries(40).slice(20);
  const again = consume(more, signal);
  await sleep(6 * statementMs);
  assert.match(waits.join(), /statement timeout/);
  await admin`drop trigger slow on quotes`;
  await again;
  assert.equal(await stored(), 40);
  assert.deepEqual([...await letters()], []);
});
