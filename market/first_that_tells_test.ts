import assert from "node:assert/strict";
import { noFigures } from "../tests/support/quote_events.ts";
import { firstThatTells } from "./first_that_tells.ts";
import {
  type Market,
  MarketBusyError,
  MarketRefusedError,
  MarketUnavailableError,
  SymbolRefusedError,
  UnknownSymbolError,
} from "./market.ts";

/** A market that tells one price, or fails with an error. */
function telling(name: string, answer: number | Error) {
  let calls = 0;
  const tell = <T>(what: T): Promise<T> => {
    calls++;
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve(what);
  };
  const quote = {
    symbol: "X",
    at: "2026-01-05T15:00:00.000Z",
    price: Number(answer),
    ...noFigures,
  };
  const market: Market = {
    name,
    quotes: () => tell([quote]),
    recommendations: () => tell([]),
    news: () => tell([]),
    search: () => tell([{ symbol: "X", description: name, type: "" }]),
    profile: () =>
      tell({ name, currency: null, exchange: null, zone: null, open: null }),
  };
  return { market, calls: () => calls };
}

const failures = [
  new MarketUnavailableError("down"),
  new MarketBusyError("finnhub", 60, 1_000),
  new MarketRefusedError("no such key"),
  new SymbolRefusedError("not in the plan"),
  new UnknownSymbolError("X", "finnhub"),
];

Deno.test("the next one is asked whenever one fails, and the value says whose it is", async () => {
  for (const failure of failures) {
    const first = telling("finnhub", failure);
    const second = telling("yahoo", 7);
    const market = firstThatTells()([first.market, second.market]);
    const [quote] = await market.quotes("X");
    assert.deepEqual([quote!.price, quote!.provider], [7, "yahoo"]);
    assert.equal((await market.search("x"))[0]!.description, "yahoo");
    assert.equal((await market.profile("X")).name, "yahoo");
  }
});

Deno.test("nobody else is asked while the first one tells", async () => {
  const second = telling("yahoo", 7);
  const first = telling("finnhub", 8);
  const market = firstThatTells()([first.market, second.market]);
  const [quote] = await market.quotes("X");
  assert.deepEqual([quote!.price, quote!.provider], [8, "finnhub"]);
  assert.equal(second.calls(), 0);
  assert.equal(market.name, "finnhub,yahoo");
});

Deno.test("a symbol is unknown only if all say so; what could not be asked may know it", async () => {
  const unknown = (name: string) =>
    telling(name, new UnknownSymbolError("X", name)).market;
  const asked = (...markets: Market[]) => firstThatTells()(markets).quotes("X");
  await assert.rejects(
    asked(unknown("finnhub"), unknown("yahoo")),
    (error: Error) =>
      error instanceof UnknownSymbolError &&
      /finnhub or yahoo does not know/.test(error.message),
  );
  const down = telling("yahoo", new MarketUnavailableError("yahoo: down"));
  await assert.rejects(
    asked(unknown("finnhub"), down.market),
    MarketUnavailableError,
  );
  const plan = telling("finnhub", new SymbolRefusedError("403"));
  await assert.rejects(
    asked(plan.market, unknown("yahoo")),
    SymbolRefusedError,
  );
  // It would end the scan of all other symbols, which the other one tells.
  const key = telling("finnhub", new MarketRefusedError("401"));
  await assert.rejects(
    asked(key.market, unknown("yahoo")),
    MarketUnavailableError,
  );
});

Deno.test("who refused a symbol is asked again after an hour, who was away at once", async () => {
  for (const failure of failures) {
    let now = 0;
    const first = telling("finnhub", failure);
    const second = telling("yahoo", 7);
    const open = firstThatTells(() => now);
    const ask = () => open([first.market, second.market]).quotes("X");
    await ask();
    await ask();
    const lasting = failure instanceof SymbolRefusedError ||
      failure instanceof UnknownSymbolError;
    assert.equal(first.calls(), lasting ? 1 : 2, failure.name);
    now += 3_600_001;
    await ask();
    assert.equal(first.calls(), lasting ? 2 : 3, failure.name);
    assert.equal(second.calls(), 3);
  }
});

Deno.test("who failed three times in a row is left alone for half a minute, but for the last one", async () => {
  let now = 0;
  const away = () => new MarketUnavailableError("no answer within 5000 ms");
  const first = telling("finnhub", away());
  const second = telling("yahoo", away());
  const open = firstThatTells(() => now);
  const ask = (symbol: string) =>
    assert.rejects(
      open([first.market, second.market]).quotes(symbol),
      MarketUnavailableError,
    );
  for (const symbol of ["A", "B", "C", "D", "E"]) await ask(symbol);
  assert.deepEqual([first.calls(), second.calls()], [3, 5]);
  now += 30_001;
  await ask("F");
  assert.deepEqual([first.calls(), second.calls()], [4, 6]);
});

Deno.test("a key that is refused is told once an hour, though others tell", async () => {
  let now = 0;
  const said: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void said.push(text);
  try {
    const refused = new MarketRefusedError("no such key");
    const open = firstThatTells(() => now);
    const markets = [
      telling("finnhub", refused).market,
      telling("yahoo", 7).market,
    ];
    for (const at of [0, 1, 3_600_001]) {
      now = at;
      await open(markets).quotes("X");
      await open(markets).news("X", { from: "", to: "" });
    }
  } finally {
    console.warn = warn;
  }
  assert.equal(said.length, 2);
  assert.match(said[0]!, /no such key/);
});

Deno.test("what a caller gives up is asked of nobody else", async () => {
  const second = telling("yahoo", 7);
  const gone = AbortSignal.abort(new Error("given up"));
  const first = telling("finnhub", new Error("given up"));
  const market = firstThatTells()([first.market, second.market]);
  await assert.rejects(market.quotes("X", { signal: gone }), /given up/);
  assert.equal(second.calls(), 0);
});
