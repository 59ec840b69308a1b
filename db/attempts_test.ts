import assert from "node:assert/strict";
import { createAttempts } from "./attempts.ts";
import { migratedDatabase } from "../tests/support/database.ts";

Deno.test("attempts are counted per topic and position", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const quotes = createAttempts(sql, "quotes");
  assert.deepEqual(await quotes.count([]), new Map());
  await quotes.count(["1", "2", "1"]);
  await createAttempts(sql, "news").count(["1"]);
  const counts = await quotes.count(["3", "1"]);
  assert.deepEqual(counts, new Map([["1", 2], ["3", 1]]));
  assert.deepEqual(
    await quotes.of(["1", "2", "9"]),
    new Map([["1", 2], ["2", 1]]),
  );
});

Deno.test("cleared attempts start anew", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const quotes = createAttempts(sql, "quotes");
  await quotes.count(["1", "2"]);
  await quotes.clear(["1"]);
  await quotes.clear([]);
  const counts = await quotes.count(["1", "2"]);
  assert.deepEqual(counts, new Map([["1", 1], ["2", 2]]));
});

Deno.test("an attempt that was given up is taken back", async () => {
  await using database = await migratedDatabase();
  const quotes = createAttempts(database.sql, "quotes");
  await quotes.count(["1", "2"]);
  await quotes.count(["1"]);
  await createAttempts(database.sql, "news").count(["1"]);
  await quotes.uncount(["1", "2", "9"]);
  const counts = await quotes.of(["1", "2", "9"]);
  assert.deepEqual(counts, new Map([["1", 1], ["2", 0]]));
  const others = await createAttempts(database.sql, "news").of(["1"]);
  assert.deepEqual(others, new Map([["1", 1]]));
});

Deno.test("hosts that count the same events at once do not deadlock, and lose no count", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const quotes = createAttempts(sql, "quotes");
  const positions = Array.from({ length: 200 }, (_, i) => `${i}`);
  await Promise.all(
    Array.from(
      { length: 12 },
      (_, host) => quotes.count(host % 2 ? positions : positions.toReversed()),
    ),
  );
  const counts = await quotes.of(positions);
  assert.ok(positions.every((position) => counts.get(position) === 12));
});

Deno.test("what nobody cleared for a week goes, but not what is counted now", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  const quotes = createAttempts(sql, "quotes");
  await quotes.count(["old", "new", "now"]);
  await sql`
    update attempts set updated_at = now() - interval '8 days'
    where position in ('old', 'now')`;
  const counts = await quotes.count(["now"]);
  assert.deepEqual(counts, new Map([["now", 2]]));
  const rows = await sql`select position from attempts order by position`;
  assert.deepEqual(rows.map((row) => row.position), ["new", "now"]);
});
