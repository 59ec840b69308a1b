import assert from "node:assert/strict";
import { noteMarket } from "./markets.ts";
import { migratedDatabase } from "../tests/support/database.ts";

Deno.test("a market is told which others have filled the database before it", async () => {
  await using database = await migratedDatabase();
  const { sql } = database;
  assert.deepEqual(await noteMarket(sql, "demo"), []);
  assert.deepEqual(await noteMarket(sql, "demo"), []);
  assert.deepEqual(await noteMarket(sql, "finnhub"), ["demo"]);
});
