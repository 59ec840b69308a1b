/** A market in Finnhub's contract whose prices and headlines the test decides. */

export interface MarketStub {
  /** For FINNHUB_BASE_URL. */
  readonly url: string;
  /** By symbol; every other symbol is unknown. */
  readonly prices: Map<string, number>;
  /** The companies' names by symbol; `AAPL INC` and so on unless told. */
  readonly names: Map<string, string>;
  /** The article that each symbol has. */
  headline: { text: string; url: string };
  /** Asked before each answer; what it returns is the answer, if it is one. */
  instead: (path: string, symbol: string) => Response | undefined;
  /** Every request so far, in order. */
  readonly requests: readonly StubRequest[];
  stop(): Promise<void>;
}

export interface StubRequest {
  readonly path: string;
  readonly symbol: string;
  /** In milliseconds of `performance.now`. */
  readonly at: number;
}

export function startMarketStub(): MarketStub {
  const prices = new Map([["AAPL", 190], ["MSFT", 400]]);
  const requests: StubRequest[] = [];
  const stub = {
    prices,
    requests,
    instead: (() => undefined) as MarketStub["instead"],
    names: new Map<string, string>(),
    headline: { text: "A quiet day", url: "https://example.com/quiet" },
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const url = new URL(request.url);
      const { pathname: path, searchParams } = url;
      const symbol = searchParams.get("symbol") ?? "";
      requests.push({ path, symbol, at: performance.now() });
      return stub.instead(path, symbol) ?? Response.json(answer(url, stub));
    },
  );
  return Object.assign(stub, {
    url: `http://127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  });
}

function answer(
  { pathname, searchParams }: URL,
  { prices, names, headline }: Pick<
    MarketStub,
    "prices" | "names" | "headline"
  >,
): unknown {
  const symbol = searchParams.get("symbol") ?? "";
  const price = prices.get(symbol);
  switch (pathname) {
    case "/quote":
      return quote(price);
    case "/stock/recommendation":
      return price === undefined ? [] : [ratings(symbol)];
    case "/company-news":
      return price === undefined ? [] : [article(symbol, headline)];
    case "/stock/profile2":
      return price === undefined ? {} : {
        name: names.get(symbol) ?? `${symbol} INC`,
        currency: "USD",
        exchange: "NASDAQ NMS - GLOBAL MARKET",
      };
    case "/search":
      return search(searchParams.get("q") ?? "", [...prices.keys()], names);
    default:
      throw new TypeError(`the market stub has no ${pathname}`);
  }
}

/** Zeros for an unknown symbol, as Finnhub has it. */
function quote(price?: number) {
  if (price === undefined) {
    return { c: 0, d: null, dp: null, h: 0, l: 0, o: 0, pc: 0, t: 0 };
  }
  const t = Math.floor(Date.now() / 1000);
  return {
    c: price,
    d: 1,
    dp: 0.5,
    h: price,
    l: price,
    o: price,
    pc: price - 1,
    t,
  };
}

function ratings(symbol: string) {
  const period = `${new Date().toISOString().slice(0, 7)}-01`;
  return {
    symbol,
    period,
    strongBuy: 9,
    buy: 14,
    hold: 5,
    sell: 1,
    strongSell: 0,
  };
}

function article(symbol: string, { text, url }: MarketStub["headline"]) {
  return {
    id: 1000 + symbol.length * 7 + text.length,
    datetime: Math.floor(Date.now() / 1000) - 60,
    headline: text,
    source: "The <b>Bold</b> Wire",
    summary: text,
    url,
    image: "",
    category: "company",
    related: symbol,
  };
}

function search(
  query: string,
  symbols: readonly string[],
  names: ReadonlyMap<string, string>,
) {
  const wanted = query.toUpperCase();
  const result = symbols.map((symbol) => ({
    symbol,
    displaySymbol: symbol,
    description: names.get(symbol) ?? `${symbol} INC`,
    type: "Common Stock",
  })).filter(({ symbol, description }) =>
    symbol.startsWith(wanted) || description.startsWith(wanted)
  );
  return { count: result.length, result };
}
