/** What another program writes as a latest value breaks no page: it is not believed, or drawn as it is. */
import assert from "node:assert/strict";
import { startApi } from "./support/api_system.ts";

const at = "2026-01-30T14:31:00.000Z";
const deep = JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`);

const bad: readonly unknown[] = [
  "no JSON",
  { symbol: "MSFT", at: "yesterday", price: 1 },
  { symbol: "MSFT", at: "2026-13-45T99:99:99.000Z", price: 1 },
  { symbol: "MSFT", at: "2999-01-01T00:00:00.000Z", price: 1 },
  { symbol: "MSFT", at: "x".repeat(5_000), price: 1 },
  { symbol: "MSFT", at, told_at: "later", price: 1 },
  { symbol: 7, at, price: 1 },
  { symbol: "MSFT", at },
  { symbol: "MSFT", at, price: null, change: "up", percent_change: {} },
  { symbol: "MSFT", at, price: { toFixed: 1 }, headline: [], url: 7 },
  { symbol: "MSFT", at, headline: null, url: "javascript:alert(1)" },
  { symbol: "MSFT", at, strong_buy: "many", period: {}, buy: -1e308 },
  { symbol: "MSFT", at, price: 1e308, change: deep, news_id: "x" },
  { symbol: "AAPL", at, price: "x".repeat(5_000) },
  { symbol: "__proto__", at, constructor: 1, toString: 2 },
];

Deno.test("no cached value breaks a page or the API", async () => {
  await using api = await startApi();
  // What cannot be drawn is told there, once for each cell.
  const { error } = console;
  console.error = () => {};
  using told = new DisposableStack();
  told.defer(() => console.error = error);
  for (const symbol of ["MSFT", "AAPL"]) {
    const added = await api.send("PUT", `/api/watchlist/${symbol}`);
    await added.body?.cancel();
  }
  for (const value of bad) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    for (const signal of ["quotes", "news", "recommendations"]) {
      await api.redis.hset(`signalbox:latest:${signal}`, "MSFT", text);
    }
    for (
      const path of [
        "/",
        "/symbols/MSFT",
        "/symbols/AAPL",
        "/api/signals/quotes/latest",
        "/api/signals/news/latest?symbol=MSFT",
      ]
    ) {
      const answer = await api.call(path);
      const body = await answer.text();
      const what = `${path} with ${text.slice(0, 100)}`;
      assert.equal(answer.status, 200, `${what}: ${body.slice(0, 500)}`);
      assert.ok(body.length < 1_000_000, what);
      assert.doesNotMatch(body, /href="javascript:/);
    }
  }
  assert.deepEqual(api.logged, []);
});
