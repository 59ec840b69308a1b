/** The services of a host over real stores, with a supervisor that only says what it was told. */
import type { Sql } from "postgres";
import { createAlerts } from "../../db/alerts.ts";
import type { Broker } from "../../broker/broker.ts";
import type { DeadLetterStore } from "../../db/dead_letters.ts";
import { listIncidents, noteLettersSeen } from "../../db/deployment.ts";
import { createEventTraces } from "../../db/event_traces.ts";
import type { Change, LatestCache } from "../../db/latest.ts";
import { createEndedSessions } from "../../db/sessions.ts";
import { createSymbolScans } from "../../db/symbol_scans.ts";
import { createLists } from "../../db/lists.ts";
import { createTableSizes } from "../../db/table_sizes.ts";
import { createJournal } from "../../db/journal.ts";
import { createPipelineStore } from "../../db/pipeline.ts";
import { createWatchlist } from "../../db/watchlist.ts";
import type { Actor, Log } from "../../engine/actor.ts";
import { describe } from "../../engine/load_actor.ts";
import type {
  ActorDescription,
  ObserverDescription,
} from "../../engine/protocol.ts";
import { recentRows } from "../../engine/recent.ts";
import { keepRecent } from "../../host/recent.ts";
import type { ActorStatus, ReplayStatus } from "../../engine/status.ts";
import { RefusedError } from "../../engine/supervisor.ts";
import { createEventWays } from "../../host/event_ways.ts";
import type { Commands, Services } from "../../host/services.ts";
import { createPipeline } from "../../host/pipeline.ts";
import { createWatching } from "../../host/watching.ts";
import { demo } from "../../market/demo/demo.ts";
import type { Market } from "../../market/market.ts";
import { actorStatus, healthOf, loadViews } from "./actors.ts";
import alerts from "../../actors/alerts/mod.ts";
import news from "../../actors/news/mod.ts";
import quotes from "../../actors/quotes/mod.ts";
import recommendations from "../../actors/recommendations/mod.ts";

const started = "2026-01-31T09:00:00.000Z";

/** What a test wants otherwise than the running system has it. */
export type Replaced =
  & { readonly [Part in keyof Services]?: Partial<Services[Part]> }
  & { readonly market?: Market; readonly watchlistLimit?: number };

/** What the services of a test are made of, for what no service offers. */
export interface Parts {
  readonly sql: Sql;
  readonly cache: LatestCache;
  readonly broker: Broker;
  readonly deadLetters: DeadLetterStore;
}

/** What was asked of a host, and who listens to it. */
export interface Heard {
  readonly log: Log;
  /** Every scan that was asked for. */
  readonly scans: { actor: string; symbols: readonly string[] | undefined }[];
  readonly listeners: Set<(change: Change) => void>;
  readonly leaving: AbortSignal;
}

const actors = new Map(
  [quotes, recommendations, news].map((actor) =>
    [actor.name, actor as unknown as Actor] as const
  ),
);
const described = new Map(
  [...actors].map(([name, actor]) => [name, describe(actor)] as const),
);
const views = await loadViews(new URL("../../actors/", import.meta.url), [
  ...actors.keys(),
]);

export function servicesOf(
  { sql, cache, broker, deadLetters }: Parts,
  { market = demo(), watchlistLimit = 1_000, ...replaced }: Replaced,
  { log, scans, listeners, leaving }: Heard,
): Services {
  const { commands, status } = hostOf(sql, scans);
  const catalog = {
    actors: described,
    observers: new Map([[
      alerts.name,
      describe(alerts) as ObserverDescription,
    ]]),
    views,
    broken: [{ name: "weather", error: "mod.ts has no default export" }],
  };
  const values: Services["values"] = {
    latest: (actor, symbols) => cache.get(actor, symbols),
    history: (actor, query) => actors.get(actor)!.history(sql, query),
    recent: keepRecent((actor, query) =>
      recentRows(actors.get(actor)!, sql, query)
    ),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const own: Services = {
    about: {
      version: "1.2.3",
      broker: "redis",
      market: market.name,
      accessToken: null,
      eventClients: { all: 8, anAddress: 4 },
    },
    catalog,
    values,
    watching: createWatching({
      catalog,
      stores: {
        watchlist: createWatchlist(sql, watchlistLimit),
        lists: createLists(sql),
        cache,
        market,
        searched: market,
      },
      commands,
      leaving,
      log,
    }),
    alerts: createAlerts(sql),
    deadLetters: {
      ...deadLetters,
      noteSeen: () => noteLettersSeen(sql),
      redrive: (choice, by) =>
        deadLetters.redrive(
          choice,
          by,
          (topic, messages) => broker.publish(topic, messages),
        ),
    },
    streams: broker,
    commands,
    scans: createSymbolScans(sql),
    events: createEventWays({
      services: { values, status, streams: () => broker },
      scans: createSymbolScans(sql),
      traces: createEventTraces(sql),
      deadLetters,
    }),
    status,
    pipeline: createPipeline({
      sql,
      pipeline: createPipelineStore(sql),
      journal: createJournal(sql),
    }),
    sessions: createEndedSessions(sql),
    log,
    leaving,
  };
  return withReplaced(own, replaced);
}

/** The services, each with what a test has put in the place of its members. */
function withReplaced(own: Services, replaced: Replaced): Services {
  const parts = Object.entries(own).map(([name, part]) => {
    const other = replaced[name as keyof Services];
    if (other === undefined) return [name, part];
    return [name, name === "leaving" ? other : { ...part, ...other }];
  });
  return Object.fromEntries(parts);
}

/** What a supervisor would do and say. */
function hostOf(
  sql: Sql,
  scans: Heard["scans"],
): { commands: Commands; status: Services["status"] } {
  const paused = new Set<string>();
  const replays = new Map<string, ReplayStatus>();
  const statuses = () =>
    [...described.values()].map((actor) =>
      statusOf(actor, paused.has(actor.name), replays.get(actor.name))
    );
  const durability = {
    loss_window: "up to 1 s",
    loss_window_ms: 1000,
    warnings: [],
  };
  return {
    commands: {
      pause: (actor) => Promise.resolve(void paused.add(actor)),
      resume: (actor) => Promise.resolve(void paused.delete(actor)),
      restart: () => Promise.resolve(),
      scan(actor, symbols) {
        scans.push({ actor, symbols });
        return paused.has(actor)
          ? Promise.reject(new RefusedError(`${actor} is paused; resume it`))
          : Promise.resolve({
            published: 3,
            failed: { "BRK.B": "busy" },
            outcomes: { "BRK.B": "unavailable" as const },
          });
      },
      replay(actor, { from, to }) {
        const status = replayOf(shown(from), shown(to));
        replays.set(actor, status);
        return Promise.resolve(status);
      },
      claim: () => Promise.resolve(2),
    },
    status: {
      actors: () => Promise.resolve(statuses()),
      health: () => Promise.resolve(healthOf({ durability })),
      quota: () => Promise.resolve(null),
      incidents: (limit) => listIncidents(sql, limit),
      storage: () => createTableSizes(sql).read(),
      metrics: () => Promise.resolve("signalbox_up 1\n"),
    },
  };
}

function statusOf(
  { name, title, schedule, market_hours }: ActorDescription,
  paused: boolean,
  replay: ReplayStatus | undefined,
): ActorStatus {
  return actorStatus(name, {
    title,
    state: paused ? "paused" : "running",
    paused,
    schedule: {
      cron: schedule,
      market_hours,
      next: paused ? null : "2026-01-31T09:02:00.000Z",
      last_completed: null,
      waiting: paused ? "paused" : null,
      last_error: null,
      last_scanned: null,
      every_ms: 120_000,
      effective_every_ms: 120_000,
      quota: null,
    },
    pending: null,
    isolates: [{
      replica: 0,
      consumer: `test-1-${name}-0`,
      state: "running",
      started_at: started,
      uptime_ms: 1234.5,
      restarts: 1,
      last_error: { message: "boom", stack: null, at: started },
      last_read_age_ms: 3,
      heartbeat_age_ms: 4,
      waiting: null,
      in_hand: false,
      handled_age_ms: 3,
      handled: 5,
      dead_lettered: 0,
    }],
    replay: replay ?? null,
  });
}

function shown(end?: Date | string): string | null {
  return end instanceof Date ? end.toISOString() : end ?? null;
}

function replayOf(from: string | null, to: string | null): ReplayStatus {
  return {
    id: "r1",
    state: "running",
    from,
    to,
    done: 0,
    failed: 0,
    failures: [],
    total: null,
    started_at: started,
    finished_at: null,
    error: null,
  };
}
