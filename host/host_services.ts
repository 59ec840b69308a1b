/** What the routes may ask, answered from this host's stores and from what runs on it. */
import { brokerName } from "../broker/open.ts";
import type { Config } from "../config.ts";
import { listIncidents, noteLettersSeen, setPaused } from "../db/deployment.ts";
import { isSystemFault } from "../db/errors.ts";
import type { Change } from "../db/latest.ts";
import type { Log } from "../engine/actor.ts";
import { UnansweredError } from "../engine/questions.ts";
import { createEndedSessions } from "../db/sessions.ts";
import { explain } from "../engine/log.ts";
import type { ActorStatus, ScanResult } from "../engine/status.ts";
import {
  MarketUnavailableError,
  SymbolRefusedError,
} from "../market/market.ts";
import type { Measured } from "./actor_metrics.ts";
import { advised } from "./advice.ts";
import type { ActorCatalog } from "./catalog.ts";
import { checkHealth } from "./health.ts";
import { createEventWays } from "./event_ways.ts";
import { marketCallsOf, measuresOf } from "./measures.ts";
import { metricsOf } from "./metrics.ts";
import { createPipeline, type Pipeline, rangeNames } from "./pipeline.ts";
import { quotaOf } from "./quota.ts";
import { keepRecent } from "./recent.ts";
import type { Recorded, Recorder } from "./recorder.ts";
import {
  type Commands,
  NotReadyError,
  type Services,
  type Values,
} from "./services.ts";
import type { Running } from "./start_up.ts";
import { statusesOf } from "./status.ts";
import type { Stores } from "./stores.ts";
import { createWatching } from "./watching.ts";

export interface HostParts {
  readonly config: Config;
  readonly version: string;
  readonly catalog: ActorCatalog;
  readonly stores: Stores;
  /** Null until start-up is done. */
  readonly running: () => Running | null;
  /** What start-up waits for; null once it is done. */
  readonly missing: () => string | null;
  readonly recorded: Recorded;
  /** Puts into the journal what people do. */
  readonly tell: Recorder["tell"];
  readonly listeners: Set<(change: Change) => void>;
  readonly leaving: AbortSignal;
  readonly log: Log;
}

/** Statuses are asked for by every page and by every stream to a browser: they are at most so old. */
const rememberMs = 1_000;
/** As often as hosts write it. */
const rememberHistoryMs = 10_000;

export function createServices(parts: HostParts): Services {
  const { config, version, catalog, stores, leaving, log } = parts;
  const ready = (): Running => {
    const running = parts.running();
    if (running) return running;
    throw new NotReadyError(parts.missing() ?? "the system is starting");
  };
  const actors = remember(rememberMs, () => statusesOf(parts));
  const health = remember(rememberMs, () => checkHealth(parts, actors));
  const quota = remember(rememberMs, () => quotaOf(parts));
  const values = createValues(parts, ready);
  const commands = createCommands(parts, ready, () => actors.forget());
  return {
    about: {
      version,
      broker: brokerName(config.brokerUrl),
      market: stores.market.name,
      accessToken: config.accessToken ?? null,
      eventClients: config.eventClients,
    },
    catalog,
    values,
    watching: createWatching({ catalog, stores, commands, leaving, log }),
    alerts: stores.alerts,
    deadLetters: {
      ...stores.deadLetters,
      noteSeen: () => noteLettersSeen(stores.sql),
      redrive: (choice, by) =>
        stores.deadLetters.redrive(
          choice,
          by,
          (topic, messages) => ready().broker.publish(topic, messages),
        ),
    },
    get streams() {
      return ready().broker;
    },
    commands,
    scans: stores.scans,
    events: createEventWays({
      services: {
        values,
        status: { actors: () => actors() },
        streams: () => ready().broker,
      },
      ...stores,
    }),
    status: {
      actors: () => actors(),
      quota: () => quota(),
      health: () => health(),
      incidents: (limit) => listIncidents(stores.sql, limit),
      storage: () => stores.tableSizes.read(),
      metrics: () =>
        metricsOf({
          health,
          quota,
          actors: () => measured(parts, actors),
          marketCalls: () => marketCallsOf(parts),
          providers: config.market.providers.map((one) => one.provider),
          version,
        }),
    },
    pipeline: remembering(createPipeline(stores)),
    sessions: createEndedSessions(stores.sql),
    log,
    leaving,
  };
}

async function measured(
  parts: HostParts,
  actors: () => Promise<readonly ActorStatus[]>,
): Promise<Measured[]> {
  return (await actors()).map((status) => ({
    status,
    measures: measuresOf(parts, status.name),
    replicas: parts.running()?.supervisor.measuresOf(status.name) ?? [],
  }));
}

function createValues(
  { stores: { cache }, listeners }: HostParts,
  ready: () => Running,
): Values {
  return {
    async latest(actor, symbols) {
      try {
        return await cache.get(actor, symbols);
      } catch (cause) {
        if (!isSystemFault(cause)) throw cause;
        const why = advised(explain(cause));
        const text = `the latest values of ${actor} cannot be read: ${why}`;
        throw new NotReadyError(text, { cause });
      }
    },
    history: (actor, query, withinMs = 10_000) =>
      answered(ready().supervisor.history(actor, query, withinMs)),
    recent: keepRecent((actor, query, withinMs) =>
      answered(ready().supervisor.recent(actor, query, withinMs))
    ),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @param changed called after what is seen in the next status */
function createCommands(
  { stores: { sql, watchlist }, tell }: HostParts,
  ready: () => Running,
  changed: () => void,
): Commands {
  const changing = async <T>(work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work();
    } finally {
      changed();
    }
  };
  const pausing = (name: string, paused: boolean) =>
    changing(async () => {
      await setPaused(sql, name, paused);
      const { supervisor } = ready();
      if (supervisor.isPaused(name) === paused) return;
      supervisor.setPaused(name, paused);
      byPerson(paused ? "paused" : "resumed", name);
    });
  const byPerson = (kind: string, actor: string) =>
    tell({ kind, actor, detail: "by a person" });
  return {
    pause: (name) => pausing(name, true),
    async resume(name) {
      await pausing(name, false);
      void ready().schedules.get(name)?.tick();
    },
    restart: (name) =>
      changing(async () => {
        await ready().supervisor.restart(name);
        byPerson("restarted", name);
      }),
    async scan(name, symbols, by = "person") {
      const { scanning } = ready();
      const all = async () => (await watchlist.list()).map((one) => one.symbol);
      const asked = symbols ?? await all();
      const result = await answered(scanning.now(name, asked, by));
      if (by === "person") refuseFailed(asked, result);
      return result;
    },
    replay: (name, window) =>
      changing(() => ready().supervisor.replay(name, window)),
    claim: (name) => answered(ready().supervisor.claim(name)),
  };
}

/** Where not one symbol could be scanned, the market's words are the answer. */
function refuseFailed(
  asked: readonly string[],
  { failed, outcomes }: ScanResult,
): void {
  const reasons = Object.values(failed);
  if (!reasons.length || reasons.length < new Set(asked).size) return;
  const all = new Set(Object.values(outcomes));
  if (all.has("unknown") || all.has("failed")) return;
  if (all.has("unavailable")) throw new MarketUnavailableError(reasons[0]);
  throw new SymbolRefusedError(reasons[0]);
}

/** What an isolate did not answer, in the words of whoever asked: what is away, and not that it was asked. */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    if (!(cause instanceof UnansweredError)) throw cause;
    if (cause.reason === "actor") throw cause;
    throw new NotReadyError(cause.message, { cause });
  }
}

/** Every page that is open asks for the same again and again. */
function remembering(pipeline: Pipeline): Pipeline {
  const known = new Map(rangeNames.map((range) => [
    range,
    remember(rememberHistoryMs, () => pipeline.history(range)),
  ]));
  return { ...pipeline, history: (range) => known.get(range)!() };
}

interface Remembered<T> {
  (): Promise<T>;
  /** The next caller gets a new answer. */
  forget(): void;
}

/** Asks again when the last answer is older than `ms`; those who ask meanwhile share one. */
function remember<T>(ms: number, ask: () => Promise<T>): Remembered<T> {
  let answer: Promise<T> | undefined;
  let askedAt = 0;
  const remembered = () => {
    if (!answer || performance.now() - askedAt > ms) {
      askedAt = performance.now();
      answer = ask();
      answer.catch(() => answer = undefined);
    }
    return answer;
  };
  return Object.assign(remembered, { forget: () => void (answer = undefined) });
}
