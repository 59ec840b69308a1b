/** What the routes may ask, answered from this host's stores and from what runs on it. */
import type { View } from "../ui/view.ts";
import type { Config } from "../config.ts";
import { setPaused } from "../db/deployment.ts";
import { listIncidents } from "../db/incidents.ts";
import type { Actor, Log } from "../engine/actor.ts";
import type { Running } from "./bring_up.ts";
import { checkHealth } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { remember } from "./remember.ts";
import type { ActorStatus, BrokenActor, Change } from "./services.ts";
import { NotReadyError, type Services } from "./services.ts";
import { actorStatus } from "./status.ts";
import type { Stores } from "./stores.ts";

export interface HostServicesOptions {
  readonly config: Config;
  readonly version: string;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly views: ReadonlyMap<string, View>;
  readonly broken: readonly BrokenActor[];
  readonly stores: Stores;
  readonly host: {
    /** Null until start-up is done. */
    running(): Running | null;
    /** What start-up waits for; null once it is done. */
    missing(): string | null;
  };
  readonly listeners: Set<(change: Change) => void>;
  readonly leaving: AbortSignal;
  readonly log: Log;
}

/** Statuses are asked for by every page and by every stream to a browser: they are at most so old. */
const rememberMs = 1_000;

export function createServices(options: HostServicesOptions): Services {
  const { config, version, actors, views, broken, stores, log } = options;
  const { sql, cache, watchlist, deadLetters, market } = stores;
  const { host, listeners, leaving } = options;
  const status = remember(rememberMs, () => statuses(options));
  const health = remember(rememberMs, () => healthOf(options, status));
  const ready = (): Running => {
    const running = host.running();
    if (running) return running;
    throw new NotReadyError(host.missing() ?? "the system is starting");
  };
  const supervisor = () => ready().supervisor;
  const find = (name: string): Actor => {
    const actor = actors.get(name);
    if (!actor) throw new Error(`there is no actor "${name}"`);
    return actor;
  };
  /** What changes an actor is seen in the next status. */
  const changing = async <T>(work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work();
    } finally {
      status.forget();
    }
  };
  return {
    version,
    log,
    market,
    brokerName: config.brokerUrl.startsWith("kafka") ? "kafka" : "redis",
    accessToken: config.accessToken ?? null,
    actors,
    views,
    broken,
    get broker() {
      return ready().broker;
    },
    sql,
    watchlist: {
      ...watchlist,
      async remove(symbol) {
        const removed = await watchlist.remove(symbol);
        // What nobody watches any more is not told as the latest either.
        await cache.remove(symbol, [...actors.keys()]);
        return removed;
      },
    },
    deadLetters,
    latest: (signal, symbols) => cache.get(find(signal).name, symbols),
    history: (signal, query) => find(signal).history(sql, query),
    status: () => status(),
    pause: (name) =>
      changing(async () => {
        await setPaused(sql, find(name).name, true);
        supervisor().setPaused(name, true);
      }),
    resume: (name) =>
      changing(async () => {
        await setPaused(sql, find(name).name, false);
        supervisor().setPaused(name, false);
        void ready().schedules.get(name)?.tick();
      }),
    restart: (name) => changing(() => supervisor().restart(find(name).name)),
    async scan(name, symbols) {
      const all = async () => (await watchlist.list()).map((one) => one.symbol);
      return await supervisor().scan(find(name).name, symbols ?? await all());
    },
    replay: (name, window) =>
      changing(() => supervisor().replay(find(name).name, window)),
    claim: async (name) => await supervisor().claim(find(name).name),
    incidents: (count) => listIncidents(sql, count),
    health: () => health(),
    leaving,
    metrics: createMetrics({ status: () => status(), health: () => health() }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function statuses(
  { actors, stores, host }: HostServicesOptions,
): Promise<ActorStatus[]> {
  const running = host.running();
  const dead = await stores.deadLetters.countByActor()
    .catch(() => new Map<string, number>());
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
}

function healthOf(
  { stores: { sql, redis }, host }: HostServicesOptions,
  status: () => Promise<ActorStatus[]>,
) {
  const broker = host.running()?.broker ?? null;
  return checkHealth({
    missing: host.missing(),
    broker,
    servers: {
      PostgreSQL: () => sql`select 1`,
      Redis: () => redis.ping(),
      ...(broker ? { "the broker": () => broker.ping() } : {}),
    },
    status,
  });
}
