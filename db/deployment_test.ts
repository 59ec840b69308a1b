import assert from "node:assert/strict";
import { noteMarket, pausedActors, setPaused } from "./deployment.ts";
import { migratedDatabase } from "../tests/support/database.ts";

Deno.test("an actor stays paused until it is resumed", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.deepEqual(await pausedActors(sql), new Set());
  await setPaused(sql, "quotes", true);
  await setPaused(sql, "quotes", true);
  await setPaused(sql, "news", true);
  await setPaused(sql, "news", false);
  await setPaused(sql, "resumed", false);
  assert.deepEqual(await pausedActors(sql), new Set(["quotes"]));
});

Deno.test("a market is told which others have filled the database before it", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.deepEqual(await noteMarket(sql, "demo"), []);
  assert.deepEqual(await noteMarket(sql, "demo"), []);
  assert.deepEqual(await noteMarket(sql, "finnhub"), ["demo"]);
});
