import assert from "node:assert/strict";
import { connectDatabase, isUnavailable } from "./db/client.ts";
import { migratedDatabase } from "./tests/support/database.ts";
import { patiently } from "./wait.ts";

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
