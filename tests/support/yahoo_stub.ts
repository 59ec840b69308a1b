/** A server that speaks Yahoo's contract: a cookie, then a crumb, then answers that the test decides. */

/** An item of a quote's answer; fields may be as odd as a test likes. */
export type YahooItem = Readonly<Record<string, unknown>>;

export interface YahooStub {
  /** For YAHOO_BASE_URL. */
  readonly url: string;
  /** By Yahoo's symbols; every other one is unknown. */
  readonly items: Map<string, YahooItem>;
  readonly trends: Map<string, unknown>;
  /** The answer to every search. */
  search: unknown;
  /** Crumbs given so far are taken no more. */
  expire(): void;
  /** Asked before each answer; what it returns is the answer, if it is one. */
  instead: (url: URL) => Response | undefined;
  /** Path and query without the crumb, in order. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** A quote as Yahoo has it, of just now. */
export function yahooItem(symbol: string, price: number): YahooItem {
  return {
    language: "en-US",
    region: "US",
    quoteType: "EQUITY",
    typeDisp: "Equity",
    symbol,
    currency: "USD",
    exchange: "NMS",
    fullExchangeName: "NasdaqGS",
    exchangeTimezoneName: "America/New_York",
    exchangeTimezoneShortName: "EST",
    gmtOffSetMilliseconds: -18_000_000,
    market: "us_market",
    marketState: "REGULAR",
    esgPopulated: false,
    tradeable: false,
    cryptoTradeable: false,
    triggerable: true,
    hasPrePostMarketData: true,
    priceHint: 2,
    sourceInterval: 15,
    exchangeDataDelayedBy: 0,
    shortName: `${symbol} Inc.`,
    longName: `${symbol} Incorporated`,
    regularMarketTime: Math.floor(Date.now() / 1000) - 30,
    regularMarketPrice: price,
    regularMarketChange: 1,
    regularMarketChangePercent: 0.5,
    regularMarketDayHigh: price + 1,
    regularMarketDayLow: price - 1,
    regularMarketOpen: price,
    regularMarketPreviousClose: price - 1,
  };
}

export function startYahooStub(): YahooStub {
  const requests: string[] = [];
  let crumb = 1;
  const stub = {
    items: new Map([["AAPL", yahooItem("AAPL", 190)]]),
    trends: new Map<string, unknown>(),
    search: { quotes: [], news: [] } as unknown,
    expire: () => void crumb++,
    instead: (() => undefined) as YahooStub["instead"],
    requests,
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const url = new URL(request.url);
      const given = url.searchParams.get("crumb");
      url.searchParams.delete("crumb");
      const symbols = url.searchParams.get("symbols");
      requests.push(symbols ? `${url.pathname}?${symbols}` : url.pathname);
      const cookie = request.headers.get("cookie") ?? "";
      return stub.instead(url) ?? answer(url, stub, {
        crumb: `Cr.mb/${crumb}`,
        given,
        known: cookie.includes(`A3=cookie-${crumb}`),
        cookie: `A3=cookie-${crumb}`,
      });
    },
  );
  return Object.assign(stub, {
    url: `http://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  });
}

interface Session {
  readonly crumb: string;
  readonly given: string | null;
  /** Whether the cookie is the one that was given. */
  readonly known: boolean;
  readonly cookie: string;
}

type Answers = Pick<YahooStub, "items" | "trends" | "search">;

function answer(url: URL, stub: Answers, session: Session): Response {
  const { pathname, searchParams } = url;
  if (pathname === "/quote/AAPL") {
    return new Response("<!doctype html>", {
      headers: {
        "set-cookie":
          `${session.cookie}; Max-Age=31557600; Domain=.yahoo.com; Path=/; Secure; HttpOnly`,
      },
    });
  }
  if (pathname === "/v1/test/getcrumb") {
    return session.known
      ? new Response(session.crumb)
      : refusal("Invalid Cookie");
  }
  if (pathname === "/v1/finance/search") return Response.json(stub.search);
  if (!session.known || session.given !== session.crumb) {
    return refusal("Invalid Crumb");
  }
  if (pathname === "/v7/finance/quote") {
    const symbols = searchParams.get("symbols")?.split(",") ?? [];
    const result = symbols.flatMap((one) => stub.items.get(one) ?? []);
    return Response.json({ quoteResponse: { result, error: null } });
  }
  return summary(pathname, stub);
}

function summary(pathname: string, { trends }: Answers): Response {
  const symbol = decodeURIComponent(pathname.split("/").at(-1)!);
  const trend = trends.get(symbol);
  if (trend === undefined) {
    const description = `No fundamentals data found for symbol: ${symbol}`;
    const error = { code: "Not Found", description };
    return Response.json({ quoteSummary: { result: null, error } }, {
      status: 404,
    });
  }
  const result = [{ recommendationTrend: { trend, maxAge: 86_400 } }];
  return Response.json({ quoteSummary: { result, error: null } });
}

function refusal(description: string): Response {
  const error = { code: "Unauthorized", description };
  return Response.json({ finance: { result: null, error } }, { status: 401 });
}
