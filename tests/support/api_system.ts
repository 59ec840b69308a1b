/** The API on a real port, over a real PostgreSQL and Redis; only the actors' isolates are not there. */
import type { Redis } from "ioredis";
import { connectBroker } from "../../broker/open.ts";
import { createDeadLetters } from "../../db/dead_letters.ts";
import { createLatestCache, listenForChanges } from "../../db/latest.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import type { Log } from "../../engine/actor.ts";
import type { Services } from "../../host/services.ts";
import type { State } from "../../pages/define.ts";
import { createApp } from "../../web/app.ts";
import { type Patience, serve } from "../../web/serve.ts";
import quotes from "../../actors/quotes/mod.ts";
import {
  type Heard,
  type Parts,
  type Replaced,
  servicesOf,
} from "./api_services.ts";
import { migratedDatabase } from "./database.ts";
import { testRedis } from "./servers.ts";

const root = new URL("../../", import.meta.url);

export interface Api extends AsyncDisposable {
  readonly url: string;
  readonly services: Services;
  readonly parts: Parts;
  readonly redis: Redis;
  /** What was logged as an error. */
  readonly logged: { message: string; error: unknown }[];
  /** Every scan that was asked for. */
  readonly scans: Heard["scans"];
  /** Handles a value of `quotes` as its isolate would. */
  quote(symbol: string, at: string, price?: number): Promise<void>;
  call(path: string, init?: RequestInit): Promise<Response>;
  send(method: string, path: string, body?: unknown): Promise<Response>;
}

// Outside of the tests: it serves all of a file, and ends with the test process.
const { url: redisUrl } = await testRedis();

let current: { services: Services; logged: Api["logged"] };

/** One for all tests of a file, which run one by one: to bundle the islands takes longer than most. */
const app = await createApp<State>({
  root,
  state: () => ({ services: current.services }),
  onError: (error) => current.logged.push({ message: "a page failed", error }),
  onStale: (why) => console.warn(why),
});

export async function startApi(
  replaced: Replaced = {},
  patience?: Patience,
): Promise<Api> {
  const database = await migratedDatabase(
    "alerts",
    "news",
    "quotes",
    "recommendations",
  );
  const redis = connectRedis(redisUrl);
  const subscriber = connectRedis(redisUrl);
  await redis.flushall();
  const { sql } = database;
  const broker = await connectBroker(redisUrl);
  const cache = createLatestCache(redis);
  const parts = { sql, cache, broker, deadLetters: createDeadLetters(sql) };
  const leaving = new AbortController();
  const logged: Api["logged"] = [];
  const scans: Heard["scans"] = [];
  const listeners: Heard["listeners"] = new Set();
  const unlisten = await listenForChanges(subscriber, (change) => {
    for (const listener of listeners) listener(change);
  });
  const log: Log = {
    ...silent,
    error: (message, fields) =>
      void logged.push({ message, error: fields?.error }),
  };
  const services = servicesOf(parts, replaced, {
    log,
    scans,
    listeners,
    leaving: leaving.signal,
  });
  current = { services, logged };
  const { fetch: answer } = app;
  const server = await serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: answer,
    patience,
  });
  const url = `http://127.0.0.1:${server.address.port}`;
  const call = (path: string, init?: RequestInit) =>
    fetch(url + path, { redirect: "manual", ...init });
  return {
    url,
    redis,
    services,
    parts,
    logged,
    scans,
    quote: (...given) => quote(parts, ...given),
    call,
    send: (method, path, body) =>
      call(path, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await server.stop();
      await unlisten();
      await Promise.all([disconnectRedis(redis), disconnectRedis(subscriber)]);
      await broker.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function quote(
  { sql, cache }: Parts,
  symbol: string,
  at: string,
  price = 100.5,
): Promise<void> {
  const data = { ...day, price };
  const { signal } = new AbortController();
  await quotes.handle(
    [{ id: `${symbol}:${at}`, symbol, at, data }],
    { sql, signal, log: silent },
  );
  await cache.set("quotes", [{ symbol, at, ...data }]);
}

const day = {
  change: -0.5,
  percent_change: null,
  high: 102,
  low: 99,
  open: 101,
  previous_close: 101,
};

const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
