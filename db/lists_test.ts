import assert from "node:assert/strict";
import { migratedDatabase } from "../tests/support/database.ts";
import { createLists, ListRefusedError, NoListError } from "./lists.ts";
import {
  createWatchlist,
  NotListedError,
  type Watchlist,
  WatchlistFullError,
} from "./watchlist.ts";

async function symbolsOf(watchlist: Watchlist, list?: number) {
  return (await watchlist.list(list)).map((entry) => entry.symbol).join(" ");
}

Deno.test("a symbol on two lists is scanned once, and until it has left both", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const lists = createLists(database.sql);
  const { id } = await lists.create("Chips");
  await watchlist.add("AAPL");
  await watchlist.addMany([{ symbol: "NVDA" }, { symbol: "AAPL" }], id);
  assert.equal(await symbolsOf(watchlist), "AAPL NVDA");
  assert.equal(await symbolsOf(watchlist, 1), "AAPL");
  assert.equal(await symbolsOf(watchlist, id), "NVDA AAPL");
  assert.equal(await watchlist.remove("AAPL"), true);
  assert.equal(await watchlist.remove("AAPL"), false);
  assert.equal(await symbolsOf(watchlist), "AAPL NVDA");
  assert.deepEqual(await lists.list(), [
    { id: 1, name: "Watchlist", symbols: 0 },
    { id, name: "Chips", symbols: 2 },
  ]);
  await watchlist.add("AAPL");
  assert.deepEqual(await watchlist.deleteList(id), ["NVDA"]);
  assert.equal(await symbolsOf(watchlist), "AAPL");
});

Deno.test("lists have names of their own, and what is not there is said", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const lists = createLists(database.sql);
  const { id } = await lists.create("Tech");
  await assert.rejects(lists.create("tech"), ListRefusedError);
  await assert.rejects(lists.rename(1, "TECH"), /named "TECH" already/);
  await lists.rename(id, "tech");
  assert.equal((await lists.list())[1]?.name, "tech");
  await assert.rejects(lists.rename(99, "x"), NoListError);
  await assert.rejects(watchlist.add("A", { list: 99 }), NoListError);
  await assert.rejects(watchlist.list(99), NoListError);
  await assert.rejects(watchlist.deleteList(99), NoListError);
  assert.deepEqual(await watchlist.list(id), []);
});

Deno.test("a moved symbol stays where it was put, and a removed one comes back to its place", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  for (const symbol of ["A", "B", "C", "D"]) await watchlist.add(symbol);
  await watchlist.move("D", "B");
  assert.equal(await symbolsOf(watchlist, 1), "A D B C");
  await watchlist.move("A", null);
  assert.equal(await symbolsOf(watchlist, 1), "D B C A");
  const before = await watchlist.list(1);
  const place = (symbol: string) =>
    before.find((entry) => entry.symbol === symbol)!.place;
  await watchlist.remove("B");
  await watchlist.remove("C");
  await watchlist.add("B", { place: place("B") });
  await watchlist.add("C", { place: place("C") });
  assert.equal(await symbolsOf(watchlist, 1), "D B C A");
  await assert.rejects(watchlist.move("X", null), NotListedError);
  await assert.rejects(watchlist.move("A", "X"), NotListedError);
  await Promise.all(
    ["A", "B", "C"].map((symbol) => watchlist.move(symbol, "D")),
  );
  const order = await symbolsOf(watchlist, 1);
  assert.equal(order.at(-1), "D", order);
  assert.equal(order.length, 7);
});

Deno.test("many are added in their order, each once, and no more than there is room for", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql, 4);
  await watchlist.add("A");
  const given = ["C", "A", "B", "C", "D", "E", "F"];
  const { added, full } = await watchlist.addMany(
    given.map((symbol) => ({ symbol })),
  );
  assert.deepEqual([added, full], [["C", "B", "D"], ["E", "F"]]);
  assert.equal(await symbolsOf(watchlist, 1), "A C B D");
  await assert.rejects(watchlist.add("Z"), WatchlistFullError);
  assert.equal(await watchlist.add("A"), false, "it is there already");
  await watchlist.remove("A");
  // All connections are open, so that they do run at once.
  const { sql } = database;
  await Promise.all([1, 2, 3, 4].map(() => sql`select pg_sleep(0.2)`));
  const all = await Promise.allSettled(
    [..."STUVWXYZ"].map((symbol) => watchlist.add(symbol)),
  );
  assert.equal(all.filter(({ status }) => status === "fulfilled").length, 1);
});

Deno.test("2,000 symbols are added by one call", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const symbols = Array.from({ length: 2000 }, (_, i) => ({ symbol: `S${i}` }));
  const { added } = await watchlist.addMany(symbols);
  assert.equal(added.length, 2000);
  const listed = await watchlist.list(1);
  assert.deepEqual(listed.map(({ symbol }) => ({ symbol })), symbols);
});
