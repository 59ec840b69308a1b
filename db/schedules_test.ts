import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { sleep } from "../wait.ts";
import { createSlotLedger } from "./schedules.ts";
import { migratedDatabase } from "../tests/support/database.ts";

const minute = 60_000;
const now = Math.floor(Date.now() / minute) * minute;
const slotsOf = (sql: Sql, owner: string, actor = "quotes") =>
  createSlotLedger(sql, actor, owner);
const slot = (minutes: number) => new Date(now + minutes * minute);

Deno.test("of many hosts one wins a slot", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  for (const minutes of [-2, -1, 0]) {
    const claims = await Promise.all(
      Array.from(
        { length: 8 },
        (_, host) => slotsOf(sql, `${host}`).claim(slot(minutes), minute),
      ),
    );
    assert.equal(claims.filter(Boolean).length, 1);
  }
  assert.equal(
    await slotsOf(sql, "a").claim(slot(-1), minute),
    false,
  );
  assert.equal(
    await slotsOf(sql, "a", "news").claim(slot(-1), minute),
    true,
  );
});

Deno.test("a slot whose host died is taken over when its lease has run out", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.ok(await slotsOf(sql, "dead").claim(slot(0), 60));
  assert.equal(
    await slotsOf(sql, "next").claim(slot(0), minute),
    false,
  );
  await sleep(80);
  assert.equal(
    await slotsOf(sql, "next").claim(slot(-1), minute),
    false,
  );
  assert.ok(await slotsOf(sql, "next").claim(slot(0), minute));
  assert.equal(
    await slotsOf(sql, "dead").renew(slot(0), minute),
    false,
  );
  assert.equal(
    await slotsOf(sql, "dead").complete(slot(0)),
    false,
  );
  assert.ok(await slotsOf(sql, "next").renew(slot(0), minute));
});

Deno.test("a renewed lease lasts", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await slotsOf(sql, "a").claim(slot(0), 60);
  assert.ok(await slotsOf(sql, "a").renew(slot(0), minute));
  await sleep(80);
  assert.equal(
    await slotsOf(sql, "b").claim(slot(0), minute),
    false,
  );
});

Deno.test("a completed slot is not claimed again", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await slotsOf(sql, "a").claim(slot(0), 0);
  assert.ok(await slotsOf(sql, "a").complete(slot(0)));
  assert.equal(
    await slotsOf(sql, "b").claim(slot(0), minute),
    false,
  );
  assert.equal(
    await slotsOf(sql, "a").renew(slot(0), minute),
    false,
  );
  assert.deepEqual(
    await slotsOf(sql, "b").status(),
    { lastCompleted: slot(0), lastError: null },
  );
});

Deno.test("a failed slot can be claimed at once, and says why until one succeeds", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const errorNow = async () => (await slotsOf(sql, "a").status()).lastError;
  await slotsOf(sql, "a").claim(slot(0), minute);
  assert.equal(
    await slotsOf(sql, "b").fail(slot(0), "not mine"),
    false,
  );
  assert.ok(await slotsOf(sql, "a").fail(slot(0), "429\0"));
  assert.equal(await errorNow(), "429\uFFFD");
  assert.ok(await slotsOf(sql, "b").claim(slot(0), minute));
  assert.equal(await errorNow(), "429\uFFFD");
  await slotsOf(sql, "b").complete(slot(0));
  assert.equal(await errorNow(), null);
});

Deno.test("a clock that ran ahead does not stop the schedule until its time has come", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.ok(await slotsOf(sql, "ahead").claim(slot(600), minute));
  await slotsOf(sql, "ahead").complete(slot(600));
  assert.ok(await slotsOf(sql, "right").claim(slot(0), minute));
  assert.equal(
    await slotsOf(sql, "other").claim(slot(0), minute),
    false,
  );
  assert.ok(await slotsOf(sql, "right").complete(slot(0)));
  const status = await slotsOf(sql, "b").status();
  assert.deepEqual(status.lastCompleted, slot(0));
});
