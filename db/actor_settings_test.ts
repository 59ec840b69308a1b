import assert from "node:assert/strict";
import { pausedActors, setPaused } from "./actor_settings.ts";
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
