/** The API on a real port, over a real PostgreSQL and Redis; only the actors' isolates are not there. */
import { connectBroker } from "../../broker/open.ts";
import { loadViews } from "../../ui/load_views.ts";
import { createDeadLetters } from "../../db/dead_letters.ts";
import { listIncidents } from "../../db/incidents.ts";
import { createLatestCache, listenForChanges } from "../../db/latest.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { migratedDatabase } from "./database.ts";
import { createWatchlist } from "../../db/watchlist.ts";
import { demo } from "../../market/demo/demo.ts";
import type { Actor, LatestValue, Log } from "../../engine/actor.ts";
import type {
  ActorStatus,
  Change,
  ReplayStatus,
  Services,
} from "../../host/services.ts";
import { ScanRefusedError } from "../../host/services.ts";
import type { State } from "../../pages/define.ts";
import { createApp } from "../../web/app.ts";
import news from "../../actors/news/mod.ts";
import quotes from "../../actors/quotes/mod.ts";
import recommendations from "../../actors/recommendations/mod.ts";
import { testRedis } from "./servers.ts";

const root = new URL("../../", import.meta.url);
const started = "2026-01-31T09:00:00.000Z";

export interface Api extends AsyncDisposable {
  readonly url: string;
  readonly services: Services;
  /** What was logged as an error. */
  readonly logged: { message: string; error: unknown }[];
  /** Every scan that was asked for. */
  readonly scans: { actor: string; symbols: readonly string[] | undefined }[];
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
});

/** @param replaced what a test wants otherwise than the running system has it */
export async function startApi(
  replaced: Partial<Services> = {},
): Promise<Api> {
  const database = await migratedDatabase("news", "quotes", "recommendations");
  const redis = connectRedis(redisUrl);
  const subscriber = connectRedis(redisUrl);
  await redis.flushall();
  const { sql } = database;
  const cache = createLatestCache(redis);
  const leaving = new AbortController();
  const logged: Api["logged"] = [];
  const scans: Api["scans"] = [];
  const listeners = new Set<(change: Change) => void>();
  const unlisten = await listenForChanges(subscriber, (change) => {
    for (const listener of listeners) listener(change);
  });
  const actors = new Map(
    [quotes, recommendations, news].map((actor) =>
      [actor.name, actor as unknown as Actor] as const
    ),
  );
  const paused = new Set<string>();
  const replays = new Map<string, ReplayStatus>();
  const services: Services = {
    version: "1.2.3",
    market: demo(),
    brokerName: "redis",
    accessToken: null,
    actors,
    views: await loadViews(new URL("actors/", root), [...actors.keys()]),
    broken: [{ name: "weather", error: "mod.ts has no default export" }],
    broker: replaced.broker ?? await connectBroker(redisUrl),
    sql,
    log: {
      ...silent,
      error: (message, fields) =>
        void logged.push({ message, error: fields?.error }),
    },
    watchlist: createWatchlist(sql),
    deadLetters: createDeadLetters(sql),
    latest: (signal, symbols) => cache.get(signal, symbols),
    history: (signal, query) => actors.get(signal)!.history(sql, query),
    status: () =>
      Promise.resolve(
        [...actors.values()].map((actor) =>
          statusOf(actor, paused.has(actor.name), replays.get(actor.name))
        ),
      ),
    pause: (actor) => Promise.resolve(void paused.add(actor)),
    resume: (actor) => Promise.resolve(void paused.delete(actor)),
    restart: () => Promise.resolve(),
    scan(actor, symbols) {
      scans.push({ actor, symbols });
      return paused.has(actor)
        ? Promise.reject(new ScanRefusedError(`${actor} is paused; resume it`))
        : Promise.resolve({ published: 3, failed: { "BRK.B": "busy" } });
    },
    replay(actor, { from, to }) {
      const shown = (end?: Date | string) =>
        end instanceof Date ? end.toISOString() : end ?? null;
      const status = replayOf(shown(from), shown(to));
      replays.set(actor, status);
      return Promise.resolve(status);
    },
    claim: () => Promise.resolve(2),
    incidents: (limit) => listIncidents(sql, limit),
    health: () =>
      Promise.resolve({
        ready: true,
        reasons: [],
        durability: {
          loss_window: "up to 1 s",
          loss_window_ms: 1000,
          warnings: [],
        },
      }),
    metrics: () => Promise.resolve("signalbox_up 1\n"),
    leaving: leaving.signal,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ...replaced,
  };
  current = { services, logged };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    app.fetch,
  );
  const base = `http://127.0.0.1:${server.addr.port}`;
  const call = (path: string, init?: RequestInit) =>
    fetch(base + path, { redirect: "manual", ...init });
  return {
    url: base,
    services,
    logged,
    scans,
    async quote(symbol, at, price = 100.5) {
      const data = { ...day, price };
      await quotes.handle([{ id: `${symbol}:${at}`, key: symbol, at, data }], {
        sql,
        latest: {
          set: (values: readonly LatestValue[]) => cache.set("quotes", values),
        },
        signal: leaving.signal,
        log: silent,
      });
    },
    call,
    send: (method, path, body) =>
      call(path, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await server.shutdown();
      await unlisten();
      await Promise.all([disconnectRedis(redis), disconnectRedis(subscriber)]);
      await services.broker.close();
      await database[Symbol.asyncDispose]();
    },
  };
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

function statusOf(
  { name, title, schedule }: Actor,
  paused: boolean,
  replay: ReplayStatus | undefined,
): ActorStatus {
  return {
    name,
    title,
    state: paused ? "paused" : "running",
    paused,
    schedule: {
      cron: schedule,
      marketHours: name === "quotes",
      next: paused ? null : "2026-01-31T09:02:00.000Z",
      lastCompleted: null,
      waiting: paused ? "paused" : null,
      lastError: null,
    },
    lag: 0,
    pending: null,
    depth: 7,
    trimmed: 0,
    deadLetters: 0,
    isolates: [{
      replica: 0,
      consumer: `test-1-${name}-0`,
      state: "running",
      startedAt: started,
      uptimeMs: 1234.5,
      restarts: 1,
      lastError: { message: "boom", stack: null, at: started },
      lastReadAgeMs: 3,
      heartbeatAgeMs: 4,
      handled: 5,
      deadLettered: 0,
    }],
    replay: replay ?? null,
  };
}

function replayOf(from: string | null, to: string | null): ReplayStatus {
  return {
    id: "r1",
    state: "running",
    from,
    to,
    done: 0,
    total: null,
    startedAt: started,
    finishedAt: null,
    error: null,
  };
}
