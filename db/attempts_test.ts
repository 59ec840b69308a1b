import assert from "node:assert/strict";
import { attemptsOf, clearAttempts, countAttempts } from "./attempts.ts";
import { migratedDatabase } from "../tests/support/database.ts";

Deno.test("attempts are counted per topic and position", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.deepEqual(await countAttempts(sql, "quotes", []), new Map());
  await countAttempts(sql, "quotes", ["1", "2", "1"]);
  await countAttempts(sql, "news", ["1"]);
  const counts = await countAttempts(sql, "quotes", ["3", "1"]);
  assert.deepEqual(counts, new Map([["1", 2], ["3", 1]]));
  assert.deepEqual(
    await attemptsOf(sql, "quotes", ["1", "2", "9"]),
    new Map([["1", 2], ["2", 1]]),
  );
});

Deno.test("cleared attempts start anew", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await countAttempts(sql, "quotes", ["1", "2"]);
  await clearAttempts(sql, "quotes", ["1"]);
  await clearAttempts(sql, "quotes", []);
  const counts = await countAttempts(sql, "quotes", ["1", "2"]);
  assert.deepEqual(counts, new Map([["1", 1], ["2", 2]]));
});

Deno.test("hosts that count the same events at once do not deadlock, and lose no count", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const positions = Array.from({ length: 200 }, (_, i) => `${i}`);
  await Promise.all(Array.from({ length: 12 }, (_, host) =>
    countAttempts(
      sql,
      "quotes",
      host % 2 ? positions : positions.toReversed(),
    )));
  const counts = await attemptsOf(sql, "quotes", positions);
  assert.ok(positions.every((position) => counts.get(position) === 12));
});

Deno.test("what nobody cleared for a week goes, but not what is counted now", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  await countAttempts(sql, "quotes", ["old", "new", "now"]);
  await sql`
    update attempts set updated_at = now() - interval '8 days'
    where position in ('old', 'now')`;
  const counts = await countAttempts(sql, "quotes", ["now"]);
  assert.deepEqual(counts, new Map([["now", 2]]));
  const rows = await sql`select position from attempts order by position`;
  assert.deepEqual(rows.map((row) => row.position), ["new", "now"]);
});
