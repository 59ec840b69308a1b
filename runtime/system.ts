/**
 * The running system: what main.ts starts, what the routes ask, and what SIGTERM drains. The web side
 * is up before the servers are reached, so that /readyz can say what is missing.
 */
import { setPaused } from "../db/actor_settings.ts";
import { connectDatabase } from "../db/client.ts";
import { createDeadLetters } from "../db/dead_letters.ts";
import { listIncidents } from "../db/incidents.ts";
import { createLatestCache, listenForChanges } from "../db/latest.ts";
import { createRateLimit } from "../db/rate_limit.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { createWatchlist } from "../db/watchlist.ts";
import { loadViews } from "../components/load_views.ts";
import { type Config, ConfigError } from "../config.ts";
import { connectMarket } from "../market/connect.ts";
import type { Actor, Log } from "./actor.ts";
import { patiently } from "./backoff.ts";
import { bringUp, type Running } from "./bring_up.ts";
import { discoverActors } from "./discovery.ts";
import { checkHealth } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { remember } from "./remember.ts";
import { type Change, NotReadyError, type Services } from "./services.ts";
import { actorStatus } from "./status.ts";

export interface System {
  readonly services: Services;
  /** Resolves when everything runs; rejects with what waiting cannot mend. */
  readonly started: Promise<void>;
  /** Drains; resolves when nothing is left running. */
  stop(): Promise<void>;
}

/** Finds the actors and starts them; returns before the servers are reached. */
export async function startSystem(
  config: Config,
  root: URL,
  version: string,
  log: Log,
): Promise<System> {
  const { actors: found, broken } = await discoverActors(
    new URL("actors/", root),
  );
  for (const { name, error } of broken) {
    log.error("an actor cannot be loaded", { actor: name, error });
  }
  checkOverrides(config, found);
  const views = await loadViews(new URL("actors/", root), [...found.keys()]);
  const actors = new Map(
    [...views.keys()].map((name) => [name, found.get(name)!]),
  );

  const sql = connectDatabase(config.databaseUrl, {
    max: 6,
    name: "signalbox",
  });
  const redis = connectRedis(config.redisUrl, { name: "signalbox" });
  const subscriber = connectRedis(config.redisUrl, {
    name: "signalbox-changes",
  });
  const cache = createLatestCache(redis);
  const stored = createWatchlist(sql);
  const watchlist = {
    ...stored,
    /** What nobody watches any more is not told as the latest either. */
    remove: async (symbol: string) => {
      const removed = await stored.remove(symbol);
      await cache.remove(symbol, [...actors.keys()]);
      return removed;
    },
  };
  const deadLetters = createDeadLetters(sql);
  const limit = createRateLimit(
    redis,
    config.market.provider,
    config.callsPerMinute,
  );

  const stopping = new AbortController();
  let running: Running | null = null;
  let missing: string | null = "the system is starting";
  const ready = () => {
    if (!running) throw new NotReadyError(missing ?? "the system is starting");
    return running;
  };
  const actor = (name: string): Actor => {
    const known = actors.get(name);
    if (!known) throw new Error(`there is no actor "${name}"`);
    return known;
  };

  const status = remember(1_000, async () => {
    const dead = await deadLetters.countByActor().catch(() =>
      new Map<string, number>()
    );
    return await Promise.all(
      [...actors.values()].map((actor) =>
        actorStatus(actor, {
          supervisor: running?.supervisor ?? null,
          broker: running?.broker ?? null,
          schedule: running?.schedules.get(actor.name),
          trimmed: running?.trimmer.trimmed(actor.name) ?? 0,
          deadLetters: dead.get(actor.name) ?? 0,
        })
      ),
    );
  });
  const health = remember(1_000, () =>
    checkHealth({
      missing: () => missing,
      broker: () => running?.broker ?? null,
      servers: {
        PostgreSQL: () => sql`select 1`,
        Redis: () => redis.ping(),
        ...(running ? { "the broker": () => running!.broker.ping() } : {}),
      },
      status: () => status(),
    }));

  const listeners = new Set<(change: Change) => void>();
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change);
  };

  const services: Services = {
    version,
    log,
    market: connectMarket(config.market, limit),
    brokerName: config.brokerUrl.startsWith("kafka") ? "kafka" : "redis",
    accessToken: config.accessToken ?? null,
    actors,
    views,
    broken,
    get broker() {
      return ready().broker;
    },
    sql,
    watchlist,
    deadLetters,
    latest: (signal, symbols) => cache.get(actor(signal).name, symbols),
    history: (signal, query) => actor(signal).history(sql, query),
    status: () => status(),
    pause: async (name) => {
      await setPaused(sql, actor(name).name, true);
      ready().supervisor.setPaused(name, true);
      status.forget();
    },
    resume: async (name) => {
      await setPaused(sql, actor(name).name, false);
      ready().supervisor.setPaused(name, false);
      void ready().schedules.get(name)?.tick();
      status.forget();
    },
    restart: async (name) => {
      await ready().supervisor.restart(actor(name).name);
      status.forget();
    },
    scan: async (name, symbols) =>
      await ready().supervisor.scan(
        actor(name).name,
        symbols ?? (await watchlist.list()).map(({ symbol }) => symbol),
      ),
    replay: (name, window) =>
      Promise.try(() => {
        const started = ready().supervisor.replay(actor(name).name, window);
        status.forget();
        return started;
      }),
    claim: async (name) => await ready().supervisor.claim(actor(name).name),
    incidents: (count) => listIncidents(sql, count),
    health: () => health(),
    leaving: stopping.signal,
    metrics: createMetrics({ status: () => status(), health: () => health() }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  const onMissing = (what: string | null) => void (missing = what);
  const listening = patiently(() => listenForChanges(subscriber, tell), {
    isUnavailable: () => true,
    signal: stopping.signal,
  }).catch(() => {});
  const started = bringUp({
    config,
    root,
    actors,
    sql,
    redis,
    watchlist,
    log,
    signal: stopping.signal,
    onMissing,
  })
    .then((up) => {
      running = up;
      status.forget();
      health.forget();
    });
  return {
    services,
    started,
    async stop() {
      stopping.abort(new Error("the system is stopping"));
      await started.catch(() => {});
      await running?.stop();
      await listening;
      await Promise.all([
        sql.end({ timeout: 5 }),
        disconnectRedis(redis),
        disconnectRedis(subscriber),
      ]);
    },
  };
}

/** A SCHEDULE_ or REPLICAS_ for an actor that is not there is a typing error. */
function checkOverrides(
  { schedules, replicas }: Config,
  actors: ReadonlyMap<string, Actor>,
): void {
  for (
    const [prefix, given] of [["SCHEDULE_", schedules], [
      "REPLICAS_",
      replicas,
    ]] as const
  ) {
    for (const name of Object.keys(given)) {
      if (actors.has(name)) continue;
      const known = [...actors.keys()].map((actor) =>
        prefix + actor.toUpperCase()
      ).join(", ");
      throw new ConfigError(
        `${prefix}${name.toUpperCase()}: there is no actor "${name}"; allowed: ${known}`,
      );
    }
  }
}
