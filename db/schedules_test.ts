import assert from "node:assert/strict";
import { sleep } from "../wait.ts";
import {
  claimSlot,
  completeSlot,
  failSlot,
  renewSlot,
  slotStatus,
} from "./schedules.ts";
import { migratedDatabase } from "../tests/support/database.ts";

const minute = 60_000;
const now = Math.floor(Date.now() / minute) * minute;
const slot = (minutes: number) => new Date(now + minutes * minute);

Deno.test("of many hosts one wins a slot", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  for (const minutes of [-2, -1, 0]) {
    const claims = await Promise.all(
      Array.from(
        { length: 8 },
        (_, host) => claimSlot(sql, "quotes", slot(minutes), `${host}`, minute),
      ),
    );
    assert.equal(claims.filter(Boolean).length, 1);
  }
  assert.equal(await claimSlot(sql, "quotes", slot(-1), "a", minute), false);
  assert.equal(await claimSlot(sql, "news", slot(-1), "a", minute), true);
});

Deno.test("a slot whose host died is taken over when its lease has run out", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.ok(await claimSlot(sql, "quotes", slot(0), "dead", 60));
  assert.equal(await claimSlot(sql, "quotes", slot(0), "next", minute), false);
  await sleep(80);
  assert.equal(await claimSlot(sql, "quotes", slot(-1), "next", minute), false);
  assert.ok(await claimSlot(sql, "quotes", slot(0), "next", minute));
  assert.equal(await renewSlot(sql, "quotes", slot(0), "dead", minute), false);
  assert.equal(await completeSlot(sql, "quotes", slot(0), "dead"), false);
  assert.ok(await renewSlot(sql, "quotes", slot(0), "next", minute));
});

Deno.test("a renewed lease lasts", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await claimSlot(sql, "quotes", slot(0), "a", 60);
  assert.ok(await renewSlot(sql, "quotes", slot(0), "a", minute));
  await sleep(80);
  assert.equal(await claimSlot(sql, "quotes", slot(0), "b", minute), false);
});

Deno.test("a completed slot is not claimed again", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await claimSlot(sql, "quotes", slot(0), "a", 0);
  assert.ok(await completeSlot(sql, "quotes", slot(0), "a"));
  assert.equal(await claimSlot(sql, "quotes", slot(0), "b", minute), false);
  assert.equal(await renewSlot(sql, "quotes", slot(0), "a", minute), false);
  assert.deepEqual(
    await slotStatus(sql),
    new Map([["quotes", { lastCompleted: slot(0), lastError: null }]]),
  );
});

Deno.test("a failed slot can be claimed at once, and says why until one succeeds", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const errorNow = async () => (await slotStatus(sql)).get("quotes")?.lastError;
  await claimSlot(sql, "quotes", slot(0), "a", minute);
  assert.equal(await failSlot(sql, "quotes", slot(0), "b", "not mine"), false);
  assert.ok(await failSlot(sql, "quotes", slot(0), "a", "429\0"));
  assert.equal(await errorNow(), "429\uFFFD");
  assert.ok(await claimSlot(sql, "quotes", slot(0), "b", minute));
  assert.equal(await errorNow(), "429\uFFFD");
  await completeSlot(sql, "quotes", slot(0), "b");
  assert.equal(await errorNow(), null);
});

Deno.test("a clock that ran ahead does not stop the schedule until its time has come", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.ok(await claimSlot(sql, "quotes", slot(600), "ahead", minute));
  await completeSlot(sql, "quotes", slot(600), "ahead");
  assert.ok(await claimSlot(sql, "quotes", slot(0), "right", minute));
  assert.equal(await claimSlot(sql, "quotes", slot(0), "other", minute), false);
  assert.ok(await completeSlot(sql, "quotes", slot(0), "right"));
  const status = (await slotStatus(sql)).get("quotes");
  assert.deepEqual(status?.lastCompleted, slot(0));
});
