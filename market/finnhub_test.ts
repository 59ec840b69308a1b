import assert from "node:assert/strict";
import { finnhub } from "./finnhub.ts";
import {
  type Market,
  MarketRefusedError,
  MarketUnavailableError,
  UnknownSymbolError,
} from "./market.ts";

const KEY = "k3y-0f-the-test";
const free = { take: () => Promise.resolve() };

interface Received {
  readonly url: string;
  readonly token: string | null;
}

/** Finnhub over a server on loopback that gives one answer to everything. */
async function answering(
  body: unknown,
  play: (market: Market, requests: readonly Received[]) => Promise<void>,
  status = 200,
): Promise<void> {
  const requests: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (
    request,
  ) => {
    requests.push({
      url: request.url,
      token: request.headers.get("x-finnhub-token"),
    });
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status });
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/api/v1`;
  const quick = { sleep: () => Promise.resolve() };
  try {
    await play(finnhub({ apiKey: KEY, baseUrl }, free, quick), requests);
  } finally {
    await server.shutdown();
  }
}

const QUOTE = {
  c: 212.97,
  d: -1.79,
  dp: -0.8335,
  h: 214.71,
  l: 210.95,
  o: 212.2,
  pc: 214.76,
  t: 1752528000,
};

Deno.test("a quote gets this project's names and its time in milliseconds", async () => {
  await answering(QUOTE, async (market, requests) => {
    assert.deepEqual(await market.quotes("AAPL"), [{
      symbol: "AAPL",
      at: "2025-07-14T21:20:00.000Z",
      price: 212.97,
      change: -1.79,
      percent_change: -0.8335,
      high: 214.71,
      low: 210.95,
      open: 212.2,
      previous_close: 214.76,
    }]);
    const url = new URL(requests[0]!.url);
    assert.equal(url.pathname + url.search, "/api/v1/quote?symbol=AAPL");
    assert.equal(requests[0]!.token, KEY);
  });
});

Deno.test("a change that is null or left out is null, not zero", async () => {
  const { d: _d, dp: _dp, ...without } = QUOTE;
  for (const body of [without, { ...QUOTE, d: null, dp: null }]) {
    await answering(body, async (market) => {
      const [quote] = await market.quotes("AAPL");
      assert.equal(quote?.change, null);
      assert.equal(quote?.percent_change, null);
    });
  }
});

Deno.test("the zeros for an unknown symbol are an UnknownSymbolError, never a price", async () => {
  const zeros = { c: 0, d: null, dp: null, h: 0, l: 0, o: 0, pc: 0, t: 0 };
  for (
    const body of [zeros, { ...zeros, t: 1752528000 }, { ...zeros, pc: 3 }]
  ) {
    await answering(body, async (market, requests) => {
      await assert.rejects(
        market.quotes("NOPE"),
        new UnknownSymbolError("NOPE", "finnhub"),
      );
      assert.equal(requests.length, 1);
    });
  }
  await answering({ ...QUOTE, c: 0 }, async (market) => {
    await assert.rejects(market.quotes("AAPL"), /c: a price of 0/);
  });
});

Deno.test("a wrong shape is an error that names the path, the field and what was wrong", async () => {
  const cases: [unknown, RegExp][] = [
    [{ ...QUOTE, c: "212" }, /\/quote .*c: .*expected number/],
    [{ ...QUOTE, h: -1 }, /\/quote .*h: /],
    [{ ...QUOTE, l: 1e300 }, /\/quote .*l: /],
    [{ error: "no" }, /\/quote .*c: /],
    [[], /\/quote .*the whole answer: /],
    [null, /\/quote .*the whole answer: /],
    [{ ...QUOTE, t: Date.now() }, /t: \d+ is not a time/],
    [{ ...QUOTE, t: Date.now() / 1000 + 200_000 }, /t: .* is not a time/],
    [{ ...QUOTE, t: 0 }, /t: 0 is not a time/],
  ];
  for (const [body, message] of cases) {
    await answering(body, async (market) => {
      await assert.rejects(market.quotes("AAPL"), (error: Error) => {
        assert.ok(error instanceof MarketUnavailableError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

Deno.test("what is not JSON never ends as a SyntaxError", async () => {
  for (const status of [200, 403, 429, 500]) {
    for (const body of ["<html>no", "API limit reached", "", "{"]) {
      await answering(body, async (market) => {
        const error = await market.quotes("AAPL").catch((error) => error);
        const kind = status === 403
          ? MarketRefusedError
          : MarketUnavailableError;
        assert.ok(error instanceof kind, `${status} ${body}: ${error}`);
      }, status);
    }
  }
});

const TREND = { strongBuy: 13, buy: 24, hold: 7, sell: 0, strongSell: 0 };

Deno.test("ratings come oldest first, each period once, under the symbol that was asked for", async () => {
  const body = [
    { ...TREND, period: "2025-03-01", symbol: "aapl.us" },
    { ...TREND, period: "2025-02-01", buy: 17 },
    { ...TREND, period: "2025-02-01", buy: 18 },
  ];
  await answering(body, async (market, requests) => {
    const ratings = await market.recommendations("AAPL");
    assert.deepEqual(ratings.map(({ period, buy }) => [period, buy]), [
      ["2025-02-01", 18],
      ["2025-03-01", 24],
    ]);
    assert.deepEqual(ratings[1], {
      symbol: "AAPL",
      period: "2025-03-01",
      strong_buy: 13,
      buy: 24,
      hold: 7,
      sell: 0,
      strong_sell: 0,
    });
    assert.match(requests[0]!.url, /\/stock\/recommendation\?symbol=AAPL$/);
  });
  await answering([], async (market) => {
    assert.deepEqual(await market.recommendations("SPY"), []);
  });
});

Deno.test("ratings that are no ratings are refused", async () => {
  const bad = [
    { period: "2025-13-01" },
    { period: "soon" },
    { buy: -1 },
    { hold: 1.5 },
    { sell: null },
  ];
  for (const part of bad) {
    const body = [{ ...TREND, period: "2025-03-01", ...part }];
    await answering(body, async (market) => {
      await assert.rejects(
        market.recommendations("AAPL"),
        new RegExp(`/stock/recommendation .*0\\.${Object.keys(part)[0]}: `),
      );
    });
  }
});

const ARTICLE = {
  category: "company",
  datetime: 1569550360,
  headline: "Head",
  id: 25286,
  image: "https://example.com/a.jpg",
  related: "AAPL",
  source: "Source",
  summary: "Summary",
  url: "https://example.com/a",
};
const DAYS = { from: "2019-09-01", to: "2019-09-30" };

Deno.test("news comes oldest first, each article once", async () => {
  const body = [
    ARTICLE,
    { ...ARTICLE, id: 2, datetime: ARTICLE.datetime - 60 },
    { ...ARTICLE, id: 1, datetime: ARTICLE.datetime - 60 },
    ARTICLE,
  ];
  await answering(body, async (market, requests) => {
    const news = await market.news("AAPL", DAYS);
    assert.deepEqual(news.map(({ id }) => id), [1, 2, 25286]);
    assert.deepEqual(news[2], {
      id: 25286,
      at: "2019-09-27T02:12:40.000Z",
      headline: "Head",
      source: "Source",
      summary: "Summary",
      url: "https://example.com/a",
      image: "https://example.com/a.jpg",
    });
    assert.match(
      requests[0]!.url,
      /\/company-news\?symbol=AAPL&from=2019-09-01&to=2019-09-30$/,
    );
  });
});

Deno.test("hostile texts and addresses in news are made harmless", async () => {
  const body = [{
    ...ARTICLE,
    headline: "<script>\u0000alert(1)</script>\ud83d \u202eevil",
    summary: "x".repeat(9000),
    source: null,
    url: "javascript:alert(1)",
    image: "",
  }];
  await answering(body, async (market) => {
    const [article] = await market.news("AAPL", DAYS);
    assert.equal(article?.headline, "<script> alert(1)</script> evil");
    assert.equal(article?.summary.length, 5000);
    assert.equal(article?.source, "");
    assert.equal(article?.url, null);
    assert.equal(article?.image, null);
  });
});

Deno.test("articles with nonsense for a date, or without a headline, are left out", async () => {
  const tomorrow = Math.floor(Date.now() / 1000) + 2 * 86_400;
  const dates = [0, -1, 1569550360000, tomorrow, 1e300];
  const body = [
    ...dates.map((datetime, id) => ({ ...ARTICLE, id, datetime })),
    { ...ARTICLE, id: 98, headline: " \u0000 " },
    { ...ARTICLE, id: 99 },
  ];
  await answering(body, async (market) => {
    const news = await market.news("AAPL", DAYS);
    assert.deepEqual(news.map(({ id }) => id), [99]);
  });
});

Deno.test("an article's id is a whole number or the answer is refused", async () => {
  for (const id of ["25286", 1.5, null, 2 ** 60]) {
    await answering([{ ...ARTICLE, id }], async (market) => {
      await assert.rejects(
        market.news("AAPL", DAYS),
        /\/company-news .*0\.id: /,
      );
    });
  }
});

Deno.test("search gives clean listings, and asks nothing for nothing", async () => {
  const result = [
    { symbol: "AAPL", description: "APPLE\u0000INC", type: "Common Stock" },
    { symbol: "\u0000", description: "nothing" },
    { symbol: "X", description: "", type: null },
  ];
  await answering({ count: 3, result }, async (market, requests) => {
    assert.deepEqual(await market.search(" apple & co "), [
      { symbol: "AAPL", description: "APPLE INC", type: "Common Stock" },
      { symbol: "X", description: "", type: "" },
    ]);
    assert.match(requests[0]!.url, /\/search\?q=apple\+%26\+co$/);
    assert.deepEqual(await market.search("  "), []);
    assert.equal(requests.length, 1);
  });
});

Deno.test("a key that no header can carry is refused without being shown", () => {
  for (const apiKey of ["", "top secret", "topsecret\n", "topsécret"]) {
    const connect = () =>
      finnhub({ apiKey, baseUrl: "https://finnhub.io/api/v1" }, free);
    assert.throws(connect, (error: Error) => {
      assert.match(error.message, /FINNHUB_API_KEY/);
      assert.doesNotMatch(Deno.inspect(error), /secret|sécret/);
      return true;
    });
  }
});

Deno.test("an address that holds a key or a password, or is none, is refused without being shown", () => {
  for (
    const baseUrl of [
      "",
      "finnhub.io",
      "ftp://finnhub.io",
      "https://finnhub.io/api/v1?token=hush",
      "https://me:hush@finnhub.io",
    ]
  ) {
    assert.throws(
      () => finnhub({ apiKey: KEY, baseUrl }, free),
      (error: Error) => {
        assert.match(error.message, /FINNHUB_BASE_URL/);
        assert.doesNotMatch(Deno.inspect(error), /hush/);
        return true;
      },
    );
  }
});
