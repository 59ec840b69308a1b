import assert from "node:assert/strict";
import { marketHosts, type MarketOptions, openMarket } from "./open.ts";

const only = (provider: "demo" | "finnhub" | "yahoo", baseUrl: string) =>
  ({
    provider,
    providers: [{ provider, apiKey: "k", baseUrl, callsPerMinute: 60 }],
  }) satisfies MarketOptions;

Deno.test("a market is opened from plain JSON, and says which hosts it calls", async () => {
  const limit = { take: () => Promise.reject(new Error("not to be asked")) };
  const options = only("demo", "");
  const market = openMarket(structuredClone(options))(limit);
  assert.equal(market.name, "demo");
  assert.ok((await market.quotes("AAPL")).length > 100);
  assert.deepEqual(marketHosts(options), []);
  const hosts = (baseUrl: string) => marketHosts(only("finnhub", baseUrl));
  assert.deepEqual(hosts("https://finnhub.io/api/v1"), ["finnhub.io:443"]);
  assert.deepEqual(hosts("http://127.0.0.1:8123/api"), ["127.0.0.1:8123"]);
  assert.deepEqual(hosts("http://[::1]/"), ["[::1]:80"]);
});

Deno.test("Yahoo's hosts are called only where it is chosen, and another address instead of them", () => {
  const own = marketHosts(only("yahoo", ""));
  assert.ok(own.includes("query2.finance.yahoo.com:443"));
  assert.ok(own.every((host) => host.endsWith(".yahoo.com:443")));
  const elsewhere = marketHosts(only("yahoo", "http://127.0.0.1:8124"));
  assert.deepEqual(elsewhere, ["127.0.0.1:8124"]);
  const both = {
    provider: "finnhub,yahoo",
    providers: [
      ...only("finnhub", "https://finnhub.io/api/v1").providers,
      ...only("yahoo", "").providers,
    ],
  };
  assert.deepEqual(marketHosts(both), ["finnhub.io:443", ...own]);
});
