import assert from "node:assert/strict";
import { connectMarket, marketHost } from "./open.ts";

Deno.test("a market is connected from plain JSON, and says which host it calls", async () => {
  const limit = { take: () => Promise.reject(new Error("not to be asked")) };
  const options = { provider: "demo", baseUrl: "" } as const;
  const market = connectMarket(structuredClone(options), limit);
  assert.equal(market.name, "demo");
  assert.ok((await market.quotes("AAPL")).length > 100);
  assert.equal(marketHost(options), null);
  const host = (baseUrl: string) =>
    marketHost({ provider: "finnhub", apiKey: "k", baseUrl });
  assert.equal(host("https://finnhub.io/api/v1"), "finnhub.io:443");
  assert.equal(host("http://127.0.0.1:8123/api"), "127.0.0.1:8123");
  assert.equal(host("http://[::1]/"), "[::1]:80");
});
