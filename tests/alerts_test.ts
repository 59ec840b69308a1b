/** Alerts from a request to a webhook, over a real host: what an event sets off, once, whatever dies. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Redis } from "ioredis";
import type { AlertFiring } from "../db/alerts.ts";
import type { ActorStatus } from "../engine/status.ts";
import { eventually, startHost } from "./support/host.ts";
import { startMarketStub } from "./support/market_stub.ts";
import { testDatabase, testRedis } from "./support/servers.ts";

const secret = "a secret of eight";

/** Refuses the first delivery. */
function startReceiver() {
  const taken: { body: string; signature: string | null }[] = [];
  let refused = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.text();
      if (refused++ === 0) return new Response("not now", { status: 503 });
      const signature = request.headers.get("x-signalbox-signature");
      taken.push({ body, signature });
      return new Response(null, { status: 204 });
    },
  );
  return { taken, url: `http://127.0.0.1:${server.addr.port}/hook`, server };
}

const start = Date.now() - 3_600_000;
const minute = (n: number) => new Date(start + n * 60_000).toISOString();

Deno.test("an alert fires once for a path of prices, over a kill, a replay and a receiver that refuses", async () => {
  const market = startMarketStub();
  const receiver = startReceiver();
  const database = await testDatabase();
  const server = await testRedis();
  const redis = new Redis(server.url);
  const host = () =>
    startHost({
      env: {
        DATABASE_URL: database.url,
        REDIS_URL: server.url,
        MARKET: "finnhub",
        FINNHUB_API_KEY: "a-key",
        FINNHUB_BASE_URL: market.url,
        WATCHLIST: "AAPL",
        SCHEDULE_QUOTES: "0 0 1 */6 *",
        SCHEDULE_NEWS: "0 0 1 */6 *",
        SCHEDULE_RECOMMENDATIONS: "0 0 1 */6 *",
        ALERT_WEBHOOK_URL: receiver.url,
        ALERT_WEBHOOK_SECRET: secret,
        CLAIM_AFTER_MS: "1000",
        SWEEP_EVERY_MS: "500",
      },
    });
  const quote = (n: number, price: number) => {
    const data = {
      price,
      change: null,
      percent_change: null,
      high: price,
      low: price,
      open: price,
      previous_close: price,
    };
    const at = minute(n);
    return redis.xadd(
      ...["signalbox:stream:quotes", "*", "id", `IBM:${at}`] as const,
      ...["type", "signalbox.quotes", "subject", "IBM", "time", at] as const,
      ...["v", "1", "data", JSON.stringify(data)] as const,
    );
  };
  let running = await host();
  const get = async (path: string) =>
    await (await fetch(running.url + path)).json();
  const firings = async (): Promise<AlertFiring[]> =>
    (await get("/api/alerts/firings?symbol=IBM")).firings;
  const post = (path: string, body: unknown) =>
    fetch(running.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const settled = () =>
    eventually(async () => {
      const { actors } = await get("/api/actors");
      const one = actors.find((a: ActorStatus) => a.name === "alerts");
      return one?.lag === 0 && one.pending === 0;
    });
  try {
    const rule = {
      symbol: "IBM",
      when: "price",
      crosses: "above",
      value: 180.5,
    };
    const made = await post("/api/alerts", rule);
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("location"), "/api/alerts/1");
    await made.body?.cancel();
    for (const [n, price] of [180, 181, 180.4, 181].entries()) {
      await quote(n, price);
    }
    const [first] = await eventually(async () => {
      const all = await firings();
      return all[0]?.delivered_at ? all : null;
    });
    assert.equal(first!.value, 181);
    assert.equal(first!.at, minute(1));
    assert.equal(first!.attempts, 2);
    assert.match(first!.last_error ?? "none", /none/);
    const [{ body, signature }] = receiver.taken as [typeof receiver.taken[0]];
    const hmac = createHmac("sha256", secret).update(body).digest("hex");
    assert.equal(signature, `sha256=${hmac}`);
    assert.equal(JSON.parse(body).id, first!.id);

    await running.kill();
    await quote(4, 170);
    await quote(5, 190);
    running = await host();
    await eventually(async () => (await firings()).length === 2);
    await post("/api/streams/quotes/replay", {}).then((r) => r.body?.cancel());
    // As a Redis that has lost its groups reads everything again.
    await redis.xgroup(
      "SETID",
      "signalbox:stream:quotes",
      "signalbox:alerts",
      "0",
    );
    await settled();
    assert.deepEqual((await firings()).map(({ value }) => value), [190, 181]);
    const { actors } = await get("/api/actors");
    const quotes = actors.find((a: ActorStatus) => a.name === "quotes");
    assert.deepEqual(quotes.foreign_groups, []);
    const { groups } = await get("/api/streams/quotes");
    assert.deepEqual(
      groups.map(({ group }: { group: string }) => group),
      ["quotes", "alerts"],
    );
    assert.equal((await get("/api/dead-letters")).total, 0);
    const latest = await get("/api/signals/quotes/latest?symbol=IBM");
    assert.equal(latest.values?.[0]?.price ?? latest.price, 190);
  } finally {
    await running.kill();
    redis.disconnect();
    await receiver.server.shutdown();
    await market.stop();
    await server.stop();
    await database.drop();
  }
});
