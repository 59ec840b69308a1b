import assert from "node:assert/strict";
import { migratedDatabase } from "../tests/support/database.ts";
import { createWatchlist } from "./watchlist.ts";

Deno.test("symbols come back in the order in which they were added", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  for (const symbol of ["msft", "AAPL", "BRK.B", "^GSPC"]) {
    assert.equal(await watchlist.add(symbol), true);
  }
  assert.equal(await watchlist.add("Aapl"), false);
  const entries = await watchlist.list();
  assert.deepEqual(entries.map((entry) => entry.symbol), [
    "MSFT",
    "AAPL",
    "BRK.B",
    "^GSPC",
  ]);
  assert.match(entries[0]!.added_at, /^\d{4}-.*T.*\.\d{3}Z$/);
  assert.equal(await watchlist.remove("MSFT"), true);
  assert.equal(await watchlist.remove("MSFT"), false);
  await watchlist.add("MSFT");
  assert.equal((await watchlist.list()).at(-1)?.symbol, "MSFT");
});

Deno.test("a watchlist is seeded once, and one that people emptied stays empty", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  await watchlist.seed([]);
  await Promise.all([1, 2, 3].map(() => watchlist.seed(["B", "A", "B"])));
  const symbols = (await watchlist.list()).map((entry) => entry.symbol);
  assert.deepEqual(symbols, ["B", "A"]);
  await watchlist.remove("A");
  await watchlist.remove("B");
  await watchlist.seed(["B", "A"]);
  assert.deepEqual(await watchlist.list(), []);
});

Deno.test("a watchlist that people filled is not seeded", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  await watchlist.add("TSLA");
  await watchlist.seed(["AAPL"]);
  assert.equal((await watchlist.list()).length, 1);
});

Deno.test("what cannot be a symbol is refused", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  await assert.rejects(watchlist.add("'; drop"), /"'; drop" is not a symbol/);
});
