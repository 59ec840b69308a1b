import assert from "node:assert/strict";
import { createUnsure } from "../db/unsure.ts";
import { createWatchlist } from "../db/watchlist.ts";
import { demo } from "../market/demo/demo.ts";
import { MarketUnavailableError } from "../market/market.ts";
import { migratedDatabase } from "../tests/support/database.ts";
import { sleep } from "../wait.ts";
import { askAboutNext, askAboutSymbols } from "./asking.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

Deno.test("the market is asked about each symbol once: whether it exists, its name and its currency", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const unsure = createUnsure(database.sql);
  const market = demo();
  await watchlist.addMany([{ symbol: "TSLA" }, { symbol: "NOPE" }]);
  const stores = { unsure, confirming: market } as never;
  const asked = [1, 2, 3].map(() => askAboutNext({ stores }));
  assert.deepEqual((await Promise.all(asked)).sort(), [false, true, true]);
  const [tesla, nope] = await watchlist.list();
  assert.deepEqual(
    [tesla?.name, tesla?.confirmed, tesla?.currency],
    ["Tesla Inc", true, "USD"],
  );
  assert.deepEqual([nope?.name, nope?.confirmed], [null, false]);
  assert.notEqual(nope?.unknown_since, null);
});

Deno.test("as many are asked about at a time as the market tells in one call, and one that fails keeps none", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const symbols = ["AAPL", "MSFT", "TSLA"];
  await watchlist.addMany(symbols.map((symbol) => ({ symbol })));
  const market = {
    ...demo(),
    profile: (symbol: string) =>
      symbol === "MSFT"
        ? Promise.reject(new MarketUnavailableError("503"))
        : Promise.resolve({
          ...{ name: null, exchange: "LSE", open: null },
          ...{ currency: "GBp", zone: "Europe/London" },
        }),
  };
  const stores = {
    unsure: createUnsure(database.sql),
    confirming: market,
  } as never;
  await assert.rejects(askAboutNext({ stores, together: 50 }), /503/);
  const told = (await watchlist.list())
    .map(({ symbol, name, currency, zone }) => [symbol, name, currency, zone]);
  assert.deepEqual(told, [
    ["AAPL", "Apple Inc", "GBp", "Europe/London"],
    ["MSFT", null, null, null],
    ["TSLA", "Tesla Inc", "GBp", "Europe/London"],
  ]);
});

Deno.test("what has a value is confirmed without a call, also while the market is away", async () => {
  await using database = await migratedDatabase();
  const watchlist = createWatchlist(database.sql);
  const away = () => Promise.reject(new MarketUnavailableError("503"));
  await watchlist.addMany([{ symbol: "AAPL" }, { symbol: "MSFT" }]);
  const stop = new AbortController();
  const done = askAboutSymbols({
    stores: {
      unsure: createUnsure(database.sql),
      confirming: { ...demo(), quotes: away, search: away },
      cache: { symbols: () => Promise.resolve(["MSFT"]) } as never,
    },
    catalog: { actors: new Map([["quotes", {}]]) } as never,
    pauseMs: 1,
    log,
    signal: stop.signal,
  });
  while (!(await watchlist.list()).some(({ confirmed }) => confirmed)) {
    await sleep(10);
  }
  stop.abort();
  await done;
  const [apple, microsoft] = await watchlist.list();
  assert.deepEqual([apple?.confirmed, microsoft?.confirmed], [false, true]);
  assert.equal(apple?.unknown_since, null);
});
