/** The markets without a key: Yahoo alone, and as the one that is asked where Finnhub fails. */
import assert from "node:assert/strict";
import type { KeptCall } from "../engine/kept_calls.ts";
import type { ActorStatus } from "../engine/status.ts";
import { eventually, type Host, startHost } from "./support/host.ts";
import { startMarketStub } from "./support/market_stub.ts";
import { testDatabase, testRedis } from "./support/servers.ts";
import { startYahooStub, yahooItem } from "./support/yahoo_stub.ts";

const many = Array.from({ length: 60 }, (_, n) => `S${n}`);

async function world(symbols: readonly string[], env: Record<string, string>) {
  const database = await testDatabase();
  const redis = await testRedis();
  const host = await startHost({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      MARKET_HOURS: "always",
      WATCHLIST: symbols.join(),
      // Due twice a year: what is caught up at the start is all there is.
      SCHEDULE_QUOTES: "0 0 1 */6 *",
      SCHEDULE_NEWS: "0 0 1 */6 *",
      SCHEDULE_RECOMMENDATIONS: "0 0 1 */6 *",
      ...env,
    },
  });
  return {
    host,
    async [Symbol.asyncDispose]() {
      await host.kill();
      await redis.stop();
      await database.drop();
    },
  };
}

interface Latest {
  readonly symbol: string;
  readonly price: number;
  readonly provider?: string;
}

async function latestOf(host: Host, signal = "quotes") {
  const values: Latest[] =
    (await (await fetch(`${host.url}/api/signals/${signal}/latest`)).json())
      .values;
  return new Map(values.map((value) => [value.symbol, value]));
}

/** What the scan that brought a symbol's quote asked: `yahoo 200, 12 symbols`. */
async function askedFor(
  host: Host,
  symbol: string,
): Promise<string[] | undefined> {
  const query = `symbol=${encodeURIComponent(symbol)}`;
  const path = `/api/signals/quotes/provenance?${query}`;
  const { market_calls } = await (await fetch(host.url + path)).json();
  return market_calls?.map((
    { provider, status, symbols, tries }: KeptCall,
  ) => `${provider} ${status}, ${symbols} symbols, ${tries.length} tries`);
}

async function actorsOf(host: Host): Promise<ActorStatus[]> {
  return (await (await fetch(`${host.url}/api/actors`)).json()).actors;
}

Deno.test("without a key: 62 symbols cost two or three calls, and every kind of symbol has a value", async (t) => {
  const yahoo = startYahooStub();
  const symbols = [...many, "BRK.B", "^GSPC"];
  const yahoos = [...many, "BRK-B", "^GSPC"];
  for (const [n, one] of yahoos.entries()) {
    yahoo.items.set(one, yahooItem(one, 100 + n));
    yahoo.trends.set(one, [{
      period: "0m",
      strongBuy: 1,
      buy: 2,
      hold: 3,
      sell: 0,
      strongSell: 0,
    }]);
  }
  yahoo.items.set("S1", {
    ...yahooItem("S1", 101),
    currency: "GBp",
    fullExchangeName: "LSE",
    exchangeTimezoneName: "Europe/London",
    marketState: "CLOSED",
  });
  yahoo.search = {
    quotes: [],
    news: [{
      uuid: "1b324182-5181-30d2-b2e3-63709a52567f",
      title: "A quiet day",
      publisher: "The Wire",
      link: "https://example.com/quiet",
      providerPublishTime: Math.floor(Date.now() / 1000) - 60,
      relatedTickers: ["BRK-B", "S1"],
    }],
  };
  await using all = await world(symbols, {
    MARKET: "yahoo",
    MARKET_HOURS: "market",
    YAHOO_BASE_URL: yahoo.url,
    YAHOO_CALLS_PER_MINUTE: "1200",
  });
  const { host } = all;
  await t.step("quotes", async () => {
    await eventually(async () => (await latestOf(host)).size === 62);
    const latest = await latestOf(host);
    assert.equal(latest.get("BRK.B")!.price, 160);
    assert.equal(latest.get("BRK.B")!.provider, undefined);
    const calls = yahoo.requests.filter((path) =>
      path.startsWith("/v7/finance/quote?") && path.includes(",")
    );
    assert.ok(calls.length <= 8, `${calls.length} calls: ${calls.join("\n")}`);
  });
  await t.step("a value tells of the call that it shared", async () => {
    const askedForAll = () =>
      Promise.all(many.map((one) => askedFor(host, one)));
    await eventually(async () => (await askedForAll()).every(Boolean));
    const asked = await askedForAll();
    const shared = asked.filter((calls) =>
      /^yahoo 200, ([2-9]|\d\d) symbols, 1 tries$/.test(calls!.at(-1)!)
    );
    assert.ok(shared.length >= 50, `${shared.length}: ${asked.join("\n")}`);
  });
  await t.step("recommendations and news", async () => {
    await eventually(async () =>
      (await latestOf(host, "recommendations")).size === 62 &&
      (await latestOf(host, "news")).size === 2
    );
  });
  await t.step(
    "what it is in is said beside the price, and in the list unless it is dollars",
    async () => {
      const entries = async () =>
        (await (await fetch(`${host.url}/api/watchlist`)).json()).symbols;
      await eventually(async () =>
        (await entries()).every(({ currency }: { currency: string | null }) =>
          currency !== null
        )
      );
      const page = await (await fetch(`${host.url}/symbols/S1`)).text();
      assert.match(page, /title="hundredths of British Pound">GBp</);
      assert.match(page, /S1 Incorporated · LSE/);
      const list = await (await fetch(`${host.url}/`)).text();
      assert.match(list, /GBp · S1 Incorporated/);
      assert.doesNotMatch(list, /USD/);
    },
  );
  await t.step("the plan reckons with few calls for many symbols", async () => {
    const actors = await actorsOf(host);
    const quotes = actors.find(({ name }) => name === "quotes")!;
    assert.ok(quotes.calls_per_symbol! < 0.2, `${quotes.calls_per_symbol}`);
    assert.ok(quotes.calls > 0, "its scans' calls are counted");
    assert.equal(quotes.schedule.quota, null);
  });
  await t.step(
    "a symbol of another exchange keeps that one's hours",
    async () => {
      await eventually(async () => {
        const [quotes] = (await actorsOf(host))
          .filter(({ name }) => name === "quotes");
        return quotes!.closed && quotes!.closed.S1 === null;
      });
      const page = await (await fetch(`${host.url}/symbols/S1`)).text();
      assert.match(page, /Its exchange is closed\./);
    },
  );
  await yahoo.stop();
});

Deno.test("where Finnhub refuses or fails Yahoo is asked, and the value says whose it is", async (t) => {
  const finnhub = startMarketStub();
  const yahoo = startYahooStub();
  finnhub.prices.set("DOWN", 50);
  finnhub.instead = (_path, symbol) => {
    if (symbol === "SAP.DE") return new Response("no", { status: 403 });
    if (symbol === "DOWN") return new Response("busy", { status: 503 });
  };
  for (const [symbol, price] of [["SAP.DE", 200], ["DOWN", 51]] as const) {
    yahoo.items.set(symbol, yahooItem(symbol, price));
  }
  yahoo.items.set("^GSPC", yahooItem("^GSPC", 6_000));
  await using all = await world(["AAPL", "SAP.DE", "DOWN", "^GSPC", "NOPE"], {
    MARKET: "finnhub,yahoo",
    FINNHUB_API_KEY: "a-key",
    FINNHUB_BASE_URL: finnhub.url,
    FINNHUB_CALLS_PER_MINUTE: "1200",
    YAHOO_BASE_URL: yahoo.url,
    YAHOO_CALLS_PER_MINUTE: "1200",
  });
  const { host } = all;
  await t.step("each value by whom it was told", async () => {
    await eventually(async () => (await latestOf(host)).size === 4);
    const told = [...(await latestOf(host)).values()]
      .map(({ symbol, price, provider }) => `${symbol} ${price} ${provider}`);
    assert.deepEqual(told.sort(), [
      "AAPL 190 finnhub",
      "DOWN 51 yahoo",
      "SAP.DE 200 yahoo",
      "^GSPC 6000 yahoo",
    ]);
    const page = await (await fetch(`${host.url}/symbols/SAP.DE`)).text();
    assert.match(page, /by yahoo/);
  });
  await t.step("the calls to both, where one did not tell", async () => {
    const told: [string, RegExp][] = [
      ["AAPL", /^finnhub 200, 1 symbols, 1 tries$/],
      ["SAP.DE", /^finnhub 403, 1 .*\byahoo 200, \d symbols, 1 tries$/],
      ["DOWN", /^finnhub 503, 1 .*\byahoo 200, \d symbols, 1 tries$/],
    ];
    for (const [symbol, expected] of told) {
      await eventually(async () => await askedFor(host, symbol) !== undefined);
      assert.match((await askedFor(host, symbol))!.join(), expected);
    }
  });
  await t.step("what nobody knows is told so, with both names", async () => {
    const failing = async () =>
      (await actorsOf(host)).find(({ name }) => name === "quotes")!.failing;
    await eventually(async () => (await failing()).NOPE);
    const { NOPE, ...others } = await failing();
    assert.match(NOPE!, /finnhub or yahoo does not know .*NOPE/);
    assert.deepEqual(others, {});
  });
  await finnhub.stop();
  await yahoo.stop();
});
