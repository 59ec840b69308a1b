import assert from "node:assert/strict";
import {
  startYahooStub,
  yahooItem,
  type YahooStub,
} from "../../tests/support/yahoo_stub.ts";
import { recordedYahoo } from "../../tests/support/recorded_yahoo.ts";
import {
  type Market,
  type MarketCall,
  MarketUnavailableError,
  type RateLimit,
  UnknownSymbolError,
} from "../market.ts";
import { yahoo } from "./yahoo.ts";

const free = { take: () => Promise.resolve() };

async function playing(
  play: (
    stub: YahooStub,
    market: (limit?: RateLimit) => Market,
  ) => Promise<void>,
) {
  const stub = startYahooStub();
  const policy = { attempts: 2, sleep: () => Promise.resolve() };
  const open = yahoo(stub.url, policy);
  try {
    await play(stub, (limit = free) => open(limit));
  } finally {
    await stub.stop();
  }
}

const quotesOf = ({ requests }: YahooStub) =>
  requests.filter((path) => path.startsWith("/v7/"));

Deno.test("Yahoo's own answers are read: quote, profile, trend, news, listings", async () => {
  await playing(async (stub, open) => {
    const quote = await recordedYahoo("quote.json");
    const trend = await recordedYahoo(
      "quote-summary.recommendation-trend.json",
    );
    stub.instead = ({ pathname }) => {
      if (pathname === "/v7/finance/quote") return Response.json(quote);
      if (pathname.startsWith("/v10/")) return Response.json(trend);
    };
    stub.search = await recordedYahoo("search.json");
    const market = open();
    assert.deepEqual(await market.quotes("AAPL"), [{
      symbol: "AAPL",
      at: "2026-10-02T20:00:01.000Z",
      price: 333.69,
      change: 3.37,
      percent_change: 1.02022,
      high: 334.54,
      low: 330.61,
      open: 333.205,
      previous_close: 330.32,
    }]);
    assert.deepEqual(await market.profile("AAPL"), {
      name: "Apple Inc.",
      currency: "USD",
      exchange: "NasdaqGS",
      zone: "America/New_York",
      open: false,
    });
    const months = await market.recommendations("AAPL");
    assert.equal(months.length, 4);
    const month = new Date().toISOString().slice(0, 7);
    assert.deepEqual(months.at(-1), {
      symbol: "AAPL",
      period: `${month}-01`,
      strong_buy: 6,
      buy: 19,
      hold: 13,
      sell: 3,
      strong_sell: 3,
    });
    const days = { from: "2026-03-03", to: "2026-03-04" };
    const news = await market.news("AAPL", days);
    assert.deepEqual(
      news.map(({ at, source }) => [at, source]),
      [
        ["2026-03-03T10:20:00.000Z", "Zacks"],
        ["2026-03-03T22:11:00.000Z", "Motley Fool"],
        ["2026-03-04T02:12:24.000Z", "Simply Wall St."],
      ].toSorted(),
    );
    assert.equal((await market.news("NVDA", days)).length, 1);
    const listings = await market.search("apple");
    assert.deepEqual(
      listings.map(({ symbol, type }) => `${symbol} (${type})`),
      [
        "AAPL (Equity, NASDAQ)",
        "AAPY.DE (Equity, XETRA)",
        "AAPW (Etf, BATS Trading)",
      ],
    );
  });
});

Deno.test("quotes that are asked for together are one call, counted for one of them", async () => {
  await playing(async (stub, open) => {
    const symbols = Array.from({ length: 60 }, (_, n) => `S${n}`);
    for (const [n, one] of symbols.entries()) {
      stub.items.set(one, yahooItem(one, 100 + n));
    }
    let taken = 0, rode = 0;
    const limit = {
      take: () => Promise.resolve(void taken++),
      ride: (turn: Promise<void>) => (rode++, turn),
    };
    const found = await Promise.all(
      symbols.map((one) => open(limit).quotes(one)),
    );
    assert.deepEqual(
      found.map(([quote]) => quote!.price),
      symbols.map((_, n) => 100 + n),
    );
    assert.equal(quotesOf(stub).length, 2);
    // Two for the cookie and the crumb.
    assert.equal(taken, 4);
    assert.ok(rode >= 58, `${rode} knew that they waited`);
  });
});

Deno.test("of a call that several share each is told, and for how many symbols it was; one of them counts it", async () => {
  await playing(async (stub, open) => {
    await open().quotes("AAPL");
    let busy = true;
    stub.instead = ({ pathname }) => {
      if (!busy || !pathname.startsWith("/v7/")) return undefined;
      busy = false;
      return new Response("busy", { status: 503 });
    };
    const ask = async (symbol: string) => {
      const told: unknown[] = [];
      const note = (by: string) => (call: MarketCall) =>
        void told.push(
          `${by} ${call.path} ${call.symbols} ${call.attempt} ${call.status}`,
        );
      const limit = { ...free, called: note("made"), rode: note("rode") };
      await open(limit).quotes(symbol).catch(() => {});
      return told;
    };
    const told = await Promise.all(["AAPL", "MSFT", "NOPE"].map(ask));
    const tries = (by: string) => [
      `${by} /v7/finance/quote 3 1 503`,
      `${by} /v7/finance/quote 3 2 200`,
    ];
    assert.deepEqual(told, [tries("made"), tries("rode"), tries("rode")]);
  });
});

Deno.test("whoever gives up leaves the call to the others", async () => {
  await playing(async (stub, open) => {
    stub.items.set("MSFT", yahooItem("MSFT", 400));
    const signal = AbortSignal.timeout(5);
    const gone = assert.rejects(open().quotes("AAPL", { signal }));
    const [quote] = await open().quotes("MSFT");
    assert.equal(quote!.price, 400);
    await gone;
  });
});

Deno.test("one odd item costs only itself, an unknown symbol is told by its name", async () => {
  await playing(async (stub, open) => {
    const odd = { ...yahooItem("ODD", 1), regularMarketPrice: "n/a" };
    stub.items.set("ODD", odd);
    stub.items.set("NEW", { ...yahooItem("NEW", 5), quoteType: "TOKEN" });
    const bare = { symbol: "BARE", regularMarketPrice: 7 };
    stub.items.set("BARE", { ...bare, regularMarketTime: 1_790_000_000 });
    stub.items.set("TIMELESS", { ...bare, symbol: "TIMELESS" });
    const ahead = Math.floor(Date.now() / 1000) + 7_200;
    const late = yahooItem("AHEAD", 3);
    stub.items.set("AHEAD", { ...late, regularMarketTime: ahead });
    const market = open();
    const ask = (symbol: string) => market.quotes(symbol);
    const [apple, none, unknown, next, few, timeless, tomorrow] = await Promise
      .allSettled(
        ["AAPL", "ODD", "NOPE", "NEW", "BARE", "TIMELESS", "AHEAD"].map(ask),
      );
    assert.equal(quotesOf(stub).length, 1);
    assert.equal(apple!.status, "fulfilled");
    assert.equal(next!.status, "fulfilled");
    assert.equal(few?.status === "fulfilled" && few.value[0]!.high, null);
    const reasonOf = (one?: PromiseSettledResult<unknown>) =>
      one?.status === "rejected" ? one.reason : null;
    assert.ok(reasonOf(none) instanceof MarketUnavailableError);
    assert.match(reasonOf(none).message, /yahoo .* shape .*regularMarketPrice/);
    assert.ok(reasonOf(unknown) instanceof UnknownSymbolError);
    assert.match(reasonOf(timeless).message, /regularMarketTime/);
    assert.match(reasonOf(tomorrow).message, /yet to come/);
  });
});

Deno.test("a crumb that is not taken any more is replaced, once for all who meet it", async () => {
  await playing(async (stub, open) => {
    await open().quotes("AAPL");
    stub.expire();
    stub.trends.set("AAPL", []);
    const asked = [
      open().quotes("AAPL"),
      open().recommendations("AAPL"),
    ];
    await Promise.all(asked);
    const crumbs = stub.requests.filter((path) => path.endsWith("getcrumb"));
    assert.equal(crumbs.length, 2);
  });
});

Deno.test("what Yahoo refuses is a market that is away, never a key to be changed", async () => {
  await playing(async (stub, open) => {
    const refusing = [
      () => new Response("Unauthorized", { status: 401 }),
      () => new Response("Forbidden", { status: 403 }),
      () => new Response("Too Many Requests\r\n", { status: 429 }),
      () => new Response("Too Many Requests\r\n"),
      () => new Response("<html>", { status: 200 }),
      () =>
        new Response(null, {
          status: 302,
          headers: { location: "https://example.com/" },
        }),
    ];
    for (const [n, refuse] of refusing.entries()) {
      stub.instead = refuse;
      const calls = ["ok", "refused"];
      const limit = {
        ...free,
        called: (call: MarketCall) => void calls.push(call.outcome),
      };
      const error = await open(limit).quotes("AAPL").catch((error) => error);
      assert.ok(error instanceof MarketUnavailableError, `${n}: ${error}`);
      assert.doesNotMatch(error.message, /crumb=/);
    }
    stub.instead = () => undefined;
    assert.equal((await open().quotes("AAPL")).length, 1);
  });
});

Deno.test("a fund that nobody rates has no recommendations, and a symbol is told from another notation", async () => {
  await playing(async (stub, open) => {
    stub.instead = ({ pathname }) =>
      pathname.startsWith("/v") && !pathname.includes("crumb")
        ? undefined
        : new Response("not found", { status: 404 });
    await assert.rejects(
      open().recommendations("^GSPC"),
      MarketUnavailableError,
    );
    stub.instead = () => undefined;
    assert.deepEqual(await open().recommendations("^GSPC"), []);
    stub.items.set("BRK-B", yahooItem("BRK-B", 500));
    const [quote] = await open().quotes("BRK.B");
    assert.deepEqual([quote!.symbol, quote!.price], ["BRK.B", 500]);
    stub.search = {
      quotes: [{ symbol: "BRK-B", shortname: "Berkshire Hathaway Inc. New" }],
      news: [],
    };
    const [listing] = await open().search("berkshire");
    assert.equal(listing!.symbol, "BRK.B");
  });
});

Deno.test("nothing is printed, whatever comes", async () => {
  const printed: unknown[] = [];
  const kept = { ...console };
  const hear = (...all: unknown[]) => void printed.push(all);
  Object.assign(console, {
    log: hear,
    info: hear,
    warn: hear,
    error: hear,
    dir: hear,
  });
  try {
    await playing(async (stub, open) => {
      stub.items.set("ODD", { ...yahooItem("ODD", 1), regularMarketPrice: {} });
      await open().quotes("ODD").catch(() => {});
      await open().quotes("AAPL");
      stub.instead = () => new Response("no", { status: 500 });
      await open().quotes("AAPL").catch(() => {});
    });
  } finally {
    Object.assign(console, kept);
  }
  assert.deepEqual(printed, []);
});
