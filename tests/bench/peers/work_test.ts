import assert from "node:assert/strict";
import { migratedDatabase } from "../../support/database.ts";
import { privateRedis } from "../../support/redis.ts";
import { faultOf, writeEvents, writeExpected } from "./work.ts";

const count = 100;
const outcome = { table: "quotes", latest: "latest" };

Deno.test("a figure counts only if every row is there, no other, and the latest values are right", async () => {
  await using database = await migratedDatabase("quotes");
  await using server = await privateRedis();
  const { sql } = database;
  const client = server.redis;
  const fault = () => faultOf(outcome, { sql, client }, count);

  await writeExpected(sql, count);
  assert.match(await fault() ?? "", /^100 of 100 rows are missing, and 0 /);

  await sql`insert into quotes table peers_expected`;
  assert.match(await fault() ?? "", /wrong for 50 of 50 symbols/);

  const lines = (await Deno.readTextFile(await writeEvents(count))).split("\n");
  for (const line of lines.slice(0, count)) {
    await client.hset(outcome.latest, JSON.parse(line).symbol, line);
  }
  assert.equal(await fault(), undefined);

  await sql`update quotes set price = price + 1 where symbol = 'SYM3'`;
  assert.match(await fault() ?? "", /^2 of 100 rows are missing, and 2 /);

  await sql`truncate quotes`;
  await sql`insert into quotes table peers_expected`;
  await client.hset(outcome.latest, "SYM3", lines[3]!);
  assert.match(await fault() ?? "", /wrong for 1 of 50 symbols/);
});

Deno.test("one quote of each symbol comes once more, after newer ones", async () => {
  const text = await Deno.readTextFile(await writeEvents(1_000));
  const lines = text.split("\n").filter(Boolean);
  assert.equal(lines.length, 1_050);
  assert.deepEqual(lines.slice(-50), lines.slice(0, 50));
  const { symbol, at } = JSON.parse(lines[950]!);
  assert.equal(JSON.parse(lines[1_000]!).symbol, symbol);
  assert.ok(JSON.parse(lines[1_000]!).at < at);
});
