import assert from "node:assert/strict";
import { MarketUnavailableError, UnknownSymbolError } from "./market.ts";
import { answering, KEY } from "../tests/support/finnhub_answering.ts";

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

Deno.test("what else is missing, or 0 where no price can be, is null; the time is then the present", async () => {
  for (const none of [null, 0, undefined]) {
    const odd = { h: none, l: none, o: none, pc: none, t: none };
    await answering({ ...QUOTE, ...odd }, async (market) => {
      const [quote] = await market.quotes("AAPL");
      const { at, price, high, low, open, previous_close } = quote!;
      assert.equal(price, 212.97);
      assert.deepEqual([high, low, open, previous_close], Array(4).fill(null));
      assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000, at);
    });
  }
});

Deno.test("a price below zero is a price", async () => {
  await answering({ ...QUOTE, c: -37.63 }, async (market) => {
    assert.equal((await market.quotes("CL"))[0]?.price, -37.63);
  });
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
    [{ ...QUOTE, h: "1" }, /\/quote .*h: /],
    [{ ...QUOTE, l: 1e300 }, /\/quote .*l: /],
    [{ error: "no" }, /\/quote .*c: /],
    [[], /\/quote .*the whole answer: /],
    [null, /\/quote .*the whole answer: /],
    [{ ...QUOTE, t: 1e15 }, /t: \d+ is not a time/],
    [{ ...QUOTE, t: 1 }, /t: 1 is not a time/],
    [{ ...QUOTE, t: Date.now() / 1000 + 7200 }, /yet to come/],
    [{ ...QUOTE, t: Date.now() }, /yet to come/],
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

Deno.test("a month that cannot be read, or is yet to come, costs only itself", async () => {
  const body = [
    { ...TREND, period: "2025-01-01" },
    { ...TREND, period: "2025-02-01", sell: null },
    { ...TREND, period: "2999-01-01" },
  ];
  await answering(body, async (market) => {
    const ratings = await market.recommendations("AAPL");
    assert.deepEqual(ratings.map(({ period }) => period), ["2025-01-01"]);
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

Deno.test("an article whose id is a text, or beyond what JSON carries exactly, gets a lasting one of its own", async () => {
  const ids = ["b7c2-91", "77", 2 ** 60, 2 ** 60];
  const body = ids.map((id, i) => ({
    ...ARTICLE,
    id,
    url: `https://example.com/${i}`,
  }));
  const read = async () => {
    let news: readonly { id: number; url: string | null }[] = [];
    await answering(body, async (market) => {
      news = await market.news("AAPL", DAYS);
    });
    return news.map(({ id, url }) => `${id} ${url}`);
  };
  const articles = await read();
  assert.equal(articles.length, 4);
  assert.ok(articles.includes("77 https://example.com/1"));
  assert.deepEqual(await read(), articles, "the same again");
});

Deno.test("an article that cannot be read costs only itself; if none can, the answer is refused", async () => {
  await answering([{ ...ARTICLE, id: null }, ARTICLE], async (market) => {
    const news = await market.news("AAPL", DAYS);
    assert.deepEqual(news.map(({ id }) => id), [25286]);
  });
  await answering([{ ...ARTICLE, id: null }], async (market) => {
    await assert.rejects(
      market.news("AAPL", DAYS),
      /\/company-news .*0\.id: /,
    );
  });
});

Deno.test("entities are read as the characters they stand for, and blanks as nothing", async () => {
  const headline = "AT&amp;T&#39;s CEO &lt;b&gt;";
  const blank = "\u200b\u3164\u2800 \ufeff\u00ad&#8203;";
  const body = [
    { ...ARTICLE, headline },
    { ...ARTICLE, id: 2, headline: blank },
  ];
  await answering(body, async (market) => {
    const news = await market.news("AAPL", DAYS);
    assert.deepEqual(news.map((one) => one.headline), ["AT&T's CEO <b>"]);
  });
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
