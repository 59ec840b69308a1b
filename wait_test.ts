import assert from "node:assert/strict";
import { connectDatabase, isUnavailable } from "./db/client.ts";
import { migratedDatabase } from "./tests/support/database.ts";
import {
  backoffMs,
  createBell,
  deadline,
  DeadlineError,
  patiently,
  resolvesWithin,
  sleep,
} from "./wait.ts";

const never = new Promise<never>(() => {});

Deno.test("a backoff doubles from its base to its most, and varies by up to a half", () => {
  const backoff = { baseMs: 100, maxMs: 1_000 };
  for (const [attempt, most] of [[1, 100], [2, 200], [4, 800], [5, 1_000]]) {
    const waits = Array.from(
      { length: 50 },
      () => backoffMs(attempt!, backoff),
    );
    assert.ok(waits.every((ms) => ms >= most! / 2 && ms <= most!));
    assert.ok(new Set(waits).size > 1, "what failed together comes back so");
  }
  assert.ok(backoffMs(5_000, backoff) <= 1_000, "after very many failures");
  assert.ok(backoffMs(1) <= 100 && backoffMs(5_000) >= 1_000, "unless told");
});

Deno.test("a sleep lasts its time, and an abort ends it with its reason", async () => {
  const began = performance.now();
  await sleep(20);
  assert.ok(performance.now() - began >= 15);
  const stop = new AbortController();
  const sleeping = sleep(60_000, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(sleeping, /enough/);
  await assert.rejects(sleep(60_000, stop.signal), /enough/);
});

Deno.test("a deadline passes an answer on in time, and is an error of its own after that", async () => {
  assert.equal(await deadline(sleep(1).then(() => 7), 5_000, "late"), 7);
  const failing = Promise.reject(new Error("its own"));
  await assert.rejects(deadline(failing, 5_000, "late"), /its own/);
  await assert.rejects(deadline(never, 5, "too late"), (error) => {
    assert.ok(error instanceof DeadlineError);
    assert.equal(error.message, "too late");
    return true;
  });
});

Deno.test("whether something resolves within a time is an answer, not an error", async () => {
  assert.equal(await resolvesWithin(sleep(1), 5_000), true);
  assert.equal(await resolvesWithin(never, 5), false);
  const failing = Promise.reject(new Error("its own"));
  await assert.rejects(resolvesWithin(failing, 5_000), /its own/);
});

Deno.test("a bell wakes everybody who waits, or else the next one who will", async () => {
  const bell = createBell();
  const both = Promise.all([bell.wait(), bell.wait(60_000)]);
  bell.ring();
  await both;
  assert.equal(await resolvesWithin(bell.wait(50), 10), false, "it woke them");
  await sleep(60);
  bell.ring();
  bell.ring();
  assert.equal(await resolvesWithin(bell.wait(), 5_000), true, "it was kept");
  assert.equal(await resolvesWithin(bell.wait(50), 10), false, "for one");
  await sleep(60);
});

Deno.test("a bell that does not ring lets go after the time given", async () => {
  const began = performance.now();
  await createBell().wait(20);
  assert.ok(performance.now() - began >= 15);
});

Deno.test("waiting for the database says each try, and ends when told", async () => {
  const sql = connectDatabase("postgres://127.0.0.1:1/none");
  const stop = new AbortController();
  const attempts: number[] = [];
  const waiting = patiently(() => sql`select 1`, {
    isUnavailable,
    signal: stop.signal,
    onWait: (error, attempt) => {
      assert.ok(isUnavailable(error));
      if (attempts.push(attempt) === 2) stop.abort();
    },
  });
  await assert.rejects(waiting, { name: "AbortError" });
  assert.deepEqual(attempts, [1, 2]);
  await sql.end();
});

Deno.test("waiting does not mend a database that does not exist", async () => {
  await using database = await migratedDatabase();
  const url = new URL(database.url);
  url.pathname = "/never_made";
  const sql = connectDatabase(url.href);
  const asking = patiently(() => sql`select 1`, { isUnavailable });
  await assert.rejects(asking, /"never_made" does not exist/);
  await sql.end();
});
