import assert from "node:assert/strict";
import { demo } from "./demo.ts";
import { type Quote, UnknownSymbolError } from "../market.ts";

const NOW = Date.parse("2026-03-04T15:30:20.000Z");
const at = (now: number) => demo({ now: () => now });
const hoursBefore = (hours: number) =>
  new Date(NOW - hours * 3_600_000).toISOString();

Deno.test("the same symbol and time give the same prices, at whatever call they are told", async () => {
  const later = await at(NOW).quotes("AAPL");
  const earlier = await at(NOW - 7 * 60_000).quotes("AAPL");
  const told = new Map(earlier.map((quote) => [quote.at, quote]));
  const shared = later.filter((quote) => told.has(quote.at));
  assert.ok(shared.length > 50, `only ${shared.length} instants in common`);
  for (const quote of shared) assert.deepEqual(quote, told.get(quote.at));
});

Deno.test("prices are the same from one release to the next", async () => {
  const [quote] = (await at(NOW).quotes("MSFT")).slice(-1);
  assert.deepEqual(quote, {
    symbol: "MSFT",
    at: "2026-03-04T15:30:15.000Z",
    price: 403.38,
    change: 1.22,
    percent_change: 0.3034,
    high: 408.43,
    low: 401.93,
    open: 403.81,
    previous_close: 402.16,
  });
});

Deno.test("a first call tells two days of past in about 150 points, oldest first", async () => {
  const quotes = await at(NOW).quotes("NVDA");
  assert.ok(quotes.length >= 120 && quotes.length <= 160, `${quotes.length}`);
  const times = quotes.map((quote) => quote.at);
  assert.deepEqual(times, [...new Set(times)].sort());
  assert.ok(times[0]! <= hoursBefore(47) && times[0]! >= hoursBefore(48.1));
  assert.equal(times.at(-1), "2026-03-04T15:30:15.000Z");
  assert.ok(new Set(quotes.map((quote) => quote.price)).size > 80);
});

Deno.test("a later call tells what came since, and the newest quote in any case", async () => {
  const since = "2026-03-04T15:25:00.000Z";
  const quotes = await at(NOW).quotes("AAPL", { since });
  assert.deepEqual(quotes.map((quote) => quote.at.slice(14, 19)), [
    "26:00",
    "27:00",
    "28:00",
    "29:00",
    "30:00",
    "30:15",
  ]);
  const none = await at(NOW).quotes("AAPL", { since: hoursBefore(-1) });
  assert.deepEqual(none.map((quote) => quote.at), ["2026-03-04T15:30:15.000Z"]);
});

Deno.test("open, high, low and previous close are those of the day's own path", async () => {
  const quotes = await at(NOW).quotes("TSLA");
  for (const quote of quotes) checkAgainstPath(quote);
  const days = Map.groupBy(quotes, (quote) => quote.at.slice(0, 10));
  for (const [, day] of days) {
    assert.equal(new Set(day.map((quote) => quote.open)).size, 1);
    assert.equal(new Set(day.map((quote) => quote.previous_close)).size, 1);
    day.reduce((before, quote) => {
      assert.ok(quote.high! >= before.high! && quote.low! <= before.low!);
      return quote;
    });
  }
  const midnight = Date.parse("2026-03-04T00:00:00.000Z");
  const [close] = (await at(midnight - 1).quotes("TSLA")).slice(-1);
  const [open] = (await at(midnight).quotes("TSLA")).slice(-1);
  assert.equal(open?.previous_close, close?.price);
  assert.equal(open?.open, open?.price);
});

function checkAgainstPath(quote: Quote): void {
  const { price, change } = quote;
  const [high, low, open] = [quote.high!, quote.low!, quote.open!];
  assert.ok(low > 0 && low <= price && price <= high, JSON.stringify(quote));
  assert.ok(low <= open && open <= high, JSON.stringify(quote));
  assert.equal(change, Math.round((price - quote.previous_close!) * 100) / 100);
}

Deno.test("prices move from minute to minute and stay believable over years", async () => {
  const base = 68;
  let moves = 0;
  for (let month = 0; month < 36; month++) {
    const now = NOW + month * 30 * 86_400_000;
    const [one] = (await at(now).quotes("KO")).slice(-1);
    const [two] = (await at(now + 60_000).quotes("KO")).slice(-1);
    if (one?.price !== two?.price) moves++;
    assert.ok(one && one.price > base * 0.7 && one.price < base * 1.3);
  }
  assert.ok(moves > 25, `moved in ${moves} of 36 minutes`);
});

Deno.test("every symbol of one to five letters has a price, but those with ZZ and what is none", async () => {
  for (const symbol of ["A", "QWERT", "BRK.B", "SPY"]) {
    assert.ok((await at(NOW).quotes(symbol)).length > 100, symbol);
  }
  for (const symbol of ["ZZ", "ZZTOP", "", "aapl", "TOOLONG", "A B", "A;--"]) {
    const error = new UnknownSymbolError(symbol, "demo");
    await assert.rejects(at(NOW).quotes(symbol), error);
    assert.deepEqual(await at(NOW).recommendations(symbol), []);
  }
});

Deno.test("ratings are twelve months, and a closed month stays as it was", async () => {
  const ratings = await at(NOW).recommendations("AAPL");
  assert.equal(ratings.length, 12);
  assert.equal(ratings[0]?.period, "2025-04-01");
  assert.equal(ratings[11]?.period, "2026-03-01");
  for (const { strong_buy, buy, hold, sell, strong_sell } of ratings) {
    const all = strong_buy + buy + hold + sell + strong_sell;
    assert.ok(all >= 5 && all <= 60, `${all} analysts`);
  }
  const later = await at(NOW + 40 * 86_400_000).recommendations("AAPL");
  const closed = (all: typeof ratings) =>
    all.filter(({ period }) => period >= "2025-05" && period < "2026-03");
  assert.deepEqual(closed(later), closed(ratings));
  assert.deepEqual(await at(NOW).recommendations("SPY"), []);
});

Deno.test("news is stable, never from the future, and inside the days that were asked for", async () => {
  const days = { from: "2026-03-01", to: "2026-03-04" };
  const news = await at(NOW).news("AAPL", days);
  assert.ok(news.length > 10);
  const times = news.map((article) => article.at);
  assert.deepEqual(times, times.toSorted());
  assert.ok(times[0]! >= "2026-03-01" && times.at(-1)! <= hoursBefore(0));
  for (const article of news) {
    assert.ok(Number.isSafeInteger(article.id));
    assert.match(article.source, /^Demo Wire/);
    assert.match(article.summary, /Made up by the demo market/);
    assert.doesNotMatch(article.headline + article.summary, /[{}]|undefined/);
    if (article.url) assert.match(article.url, /^https:\/\/example\.com\//);
  }
  const wider = await at(NOW + 3_600_000).news("AAPL", {
    from: "2026-02-25",
    to: "2026-03-05",
  });
  const ids = new Map(wider.map((article) => [article.id, article]));
  for (const article of news) assert.deepEqual(ids.get(article.id), article);
});

Deno.test("some articles are about several symbols: same id, same article; no other ids are shared", async () => {
  const days = { from: "2026-02-05", to: "2026-03-04" };
  const ids = async (symbol: string) =>
    new Set((await at(NOW).news(symbol, days)).map(({ id }) => id));
  const [apple, microsoft, coke] = [
    await ids("AAPL"),
    await ids("MSFT"),
    await ids("KO"),
  ];
  const technology = apple.intersection(microsoft).difference(coke);
  assert.ok(technology.size > 10, "articles about a sector");
  assert.ok(apple.intersection(coke).size > 10, "articles about the market");
  const seen = new Map<number, unknown>();
  for (const symbol of ["AAPL", "MSFT", "JPM", "SPY", "BRKB", "BRK.B"]) {
    for (const article of await at(NOW).news(symbol, days)) {
      if (!seen.has(article.id)) seen.set(article.id, article);
      assert.deepEqual(article, seen.get(article.id));
    }
  }
});

Deno.test("search finds by symbol and by name, the closest first", async () => {
  const symbols = async (query: string) =>
    (await demo().search(query)).map((listing) => listing.symbol);
  assert.equal((await symbols(" aapl "))[0], "AAPL");
  assert.equal((await symbols("v"))[0], "V");
  assert.deepEqual(await symbols("coca"), ["KO"]);
  assert.deepEqual(await symbols(""), []);
  assert.deepEqual(await symbols("nothing like it"), []);
});

Deno.test("a call that was given up says so and does nothing", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(demo().quotes("AAPL", { signal }), /stopped/);
});
