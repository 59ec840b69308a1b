import assert from "node:assert/strict";
import type { Actor, HistoryQuery, Value } from "./actor.ts";
import { recentRows } from "./recent.ts";

const at = "2026-01-31T14:00:00.000Z";
const sql = null as never;
const query = { symbols: ["A", "B"], limit: 3 };

Deno.test("an actor that reads many symbols at once is asked once, and any other for each", async () => {
  const asked: HistoryQuery[] = [];
  const history: Actor["history"] = (_sql, one) => {
    asked.push(one);
    return Promise.resolve([{ symbol: one.symbol, at }]);
  };
  const rows: Value[] = [{ symbol: "A", at }, { symbol: "B", at }];
  assert.deepEqual(await recentRows({ history }, sql, query), rows);
  assert.deepEqual(asked.splice(0), [
    { symbol: "A", limit: 3 },
    { symbol: "B", limit: 3 },
  ]);
  const recent: Actor["recent"] = (_sql, many) => {
    assert.deepEqual(many, query);
    return Promise.resolve(rows);
  };
  assert.equal(await recentRows({ history, recent }, sql, query), rows);
  assert.deepEqual(asked, []);
});
