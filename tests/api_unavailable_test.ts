/** What clients are told when something behind the API is away, cannot do what they ask, or fails. */
import assert from "node:assert/strict";
import { BrokerUnavailableError } from "../broker/broker.ts";
import { connectMemory } from "../broker/memory.ts";
import { connectDatabase } from "../db/client.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { createWatchlist } from "../db/watchlist.ts";
import { demo } from "../market/demo/demo.ts";
import { MarketRefusedError } from "../market/market.ts";
import { NotReadyError } from "../host/services.ts";
import { problemOf } from "./support/api_conformance.ts";
import { startApi } from "./support/api_system.ts";

Deno.test("a text that the broker knows no position by is 404", async () => {
  const broker = await connectMemory(`memory:${crypto.randomUUID()}`);
  const read = () => Promise.reject(new Error("ERR Invalid stream ID"));
  await using api = await startApi({ streams: { ...broker, read } });
  const path = "/api/streams/quotes/events?from=abc";
  const { detail } = await problemOf(
    await api.call(path),
    404,
    "not-found",
  );
  assert.match(detail, /abc/);
  const body = { to: "abc" };
  const replay = await api.send("POST", "/api/streams/quotes/replay", body);
  await problemOf(replay, 404, "not-found");
  const plain = await api.call("/api/streams/quotes/events");
  await problemOf(plain, 500, "internal");
});

Deno.test("a broker that finds nothing by time says so", async () => {
  const broker = await connectMemory(`memory:${crypto.randomUUID()}`);
  const features = { ...broker.features, timeWindows: false };
  await using api = await startApi({ streams: { ...broker, features } });
  const path = "/api/streams/quotes/events?from=2026-01-01T00:00:00Z";
  const { detail } = await problemOf(
    await api.call(path),
    409,
    "conflict",
  );
  assert.match(detail, /give positions/);
});

Deno.test("a replay that never ran is 404", async () => {
  await using api = await startApi();
  const answer = await api.call("/api/streams/news/replay");
  await problemOf(answer, 404, "not-found");
});

Deno.test("a market that refuses the key is 503 with its reason", async () => {
  const refused = new MarketRefusedError("finnhub refuses the key (401)");
  await using api = await startApi({
    market: { ...demo(), search: () => Promise.reject(refused) },
  });
  const answer = await api.call("/api/search?q=a");
  const { detail } = await problemOf(answer, 503, "market-unavailable");
  assert.equal(detail, "finnhub refuses the key (401)");
});

Deno.test("an unreachable PostgreSQL is 503 and named, without its address", async () => {
  const sql = connectDatabase("postgres://u:secret@127.0.0.1:1/x", { max: 1 });
  const { list } = createWatchlist(sql);
  await using api = await startApi({ watching: { list } });
  const answer = await api.call("/api/watchlist");
  assert.ok(answer.headers.get("retry-after"));
  const { detail } = await problemOf(answer, 503, "unavailable");
  assert.match(detail, /^PostgreSQL cannot be reached/);
  assert.doesNotMatch(detail, /secret|127/);
  await sql.end({ timeout: 0 });
});

Deno.test("a Redis that is gone is 503 and named", async () => {
  await using api = await startApi({
    values: {
      latest: async (actor) => {
        const redis = connectRedis("redis://127.0.0.1:1");
        const waiting = redis.hgetall(actor);
        await disconnectRedis(redis);
        await waiting;
        return new Map();
      },
    },
  });
  const answer = await api.call("/api/signals/quotes/latest");
  const { detail } = await problemOf(answer, 503, "unavailable");
  assert.match(detail, /^Redis cannot be reached/);
});

Deno.test("a page does not wait for a server that is away: it is 503 and says which", async () => {
  const reasons = ["Redis cannot be reached: connect ECONNREFUSED"];
  const away = { state: "not-ready", ready: false, reasons } as const;
  await using api = await startApi({
    // As the client of Redis does.
    values: { latest: () => new Promise(() => {}) },
    status: {
      health: () =>
        Promise.resolve({ ...away, warnings: [], durability: null }),
    },
  });
  const answer = await api.call("/", { headers: { accept: "text/html" } });
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /Redis cannot be reached/);
});

Deno.test("a broker that is away is 503 and named, whatever position was asked for", async () => {
  const away = new BrokerUnavailableError("127.0.0.1:6379", new Error("gone"));
  const read = () => Promise.reject(away);
  await using api = await startApi({ streams: { read } });
  const answer = await api.call("/api/streams/quotes/events?from=1-0");
  const { detail } = await problemOf(answer, 503, "unavailable");
  assert.match(detail, /^The broker cannot be reached/);
  assert.doesNotMatch(detail, /127/);
});

Deno.test("a system that is still starting is 503 with what it waits for", async () => {
  const waiting = new NotReadyError("Redis cannot be reached: refused");
  await using api = await startApi({
    commands: { scan: () => Promise.reject(waiting) },
    streams: { read: () => Promise.reject(waiting) },
    values: { history: () => Promise.reject(waiting) },
  });
  const answer = await api.send("POST", "/api/signals/quotes/scan");
  const { detail } = await problemOf(answer, 503, "unavailable");
  assert.equal(detail, "Redis cannot be reached: refused");
  const events = await api.call("/api/streams/quotes/events?from=1-0");
  await problemOf(events, 503, "unavailable");
  const history = await api.call("/api/signals/quotes/history?symbol=AAPL");
  await problemOf(history, 503, "unavailable");
});

Deno.test("a fault inside is 500, logged, and not told", async () => {
  await using api = await startApi({
    status: {
      incidents: () => Promise.reject(new Error("select secret from x")),
    },
  });
  const answer = await api.call("/api/incidents");
  const { detail } = await problemOf(answer, 500, "internal");
  assert.doesNotMatch(detail, /secret/);
  assert.match(String(api.logged[0]?.error), /select secret/);
});
