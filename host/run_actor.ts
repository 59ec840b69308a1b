/** An actor at work inside its isolate: its connections, its consumer, its sweeps, its scans. */
import type { Broker, Incident, Subscription } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import { attemptsOf, clearAttempts, countAttempts } from "../db/attempts.ts";
import {
  connectDatabase,
  isBadData,
  isSystemFault,
  isUnavailable,
} from "../db/client.ts";
import { createDeadLetters } from "../db/dead_letters.ts";
import { recordIncident } from "../db/incidents.ts";
import { createLatestCache } from "../db/latest.ts";
import { createRateLimit } from "../db/rate_limit.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { connectMarket } from "../market/open.ts";
import type { Actor, LatestValue, Log } from "../engine/actor.ts";
import { patiently } from "../wait.ts";
import { createConsumer } from "../engine/consumer.ts";
import { createLog, explain } from "../engine/log.ts";
import { type Progress, trackProgress } from "../engine/progress.ts";
import type {
  FromIsolate,
  IsolateSettings,
  Request,
} from "../engine/protocol.ts";
import { startRecovery } from "../engine/recovery.ts";
import { scan } from "../engine/scan.ts";
import type { ScanResult } from "./services.ts";

export interface RunningActor {
  readonly subscription: Subscription;
  request(id: number, request: Request): Promise<ScanResult | number>;
  /** Finishes the batch in hand; resolves when every connection is closed. */
  stop(): Promise<void>;
}

type Say = (message: FromIsolate) => void;

const beatEveryMs = 250;
/** So many are read at once when many wait; at rest a batch is what is there. */
const batchSize = 2_000;
const scanDeadlineMs = 300_000;

/** Resolves when the subscription runs, however long its servers take; `onDeath` tells its end. */
export async function runActor(
  settings: IsolateSettings,
  say: Say,
  onDeath: (error: unknown) => void,
): Promise<RunningActor> {
  const { actor: name, config, consumer } = settings;
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    name: `${name}/${settings.replica}`,
  });
  const progress = trackProgress();
  let lastReadAt = () => 0;
  const beating = setInterval(() => {
    say({ kind: "beat", beat: progress.beat(lastReadAt()) });
  }, beatEveryMs);

  const { default: actor } = await import(settings.module) as {
    default: Actor;
  };
  const stores = openStores(settings);
  const broker = await untilReached(log, () => openBroker(settings));
  const warm = async () =>
    stores.latest.set(await actor.latest(stores.sql) as LatestValue[]);
  await patiently(warm, { isUnavailable, onWait: tellOnce(log) });

  const handler = progress.around(
    consumerOf(actor, stores, progress, log),
  );
  const onIncident = ({ kind, detail }: Incident) => {
    log.warn(kind, { detail });
    const incident = { actor: name, kind, detail, host: consumer };
    recordIncident(stores.sql, incident)
      .catch((error) => log.warn("incident not recorded", { error }));
    // What lost the group may have lost the cache with it.
    if (kind === "group-recreated") {
      warm().catch((error) => log.warn("cache not warmed", { error }));
    }
  };
  const subscription = broker.subscribe(name, name, handler, {
    consumer,
    batch: batchSize,
    onIncident,
  });
  lastReadAt = () => subscription.lastReadAt;
  if (settings.paused) subscription.pause();
  subscription.closed.catch(onDeath);

  const stopping = new AbortController();
  const { signal } = stopping;
  const recovery = startRecovery({
    subscription,
    everyMs: config.sweepEveryMs,
    log,
    signal,
  });
  return {
    subscription,
    request(id, request) {
      switch (request.kind) {
        case "claim":
          return subscription.recover();
        case "replay":
          return replay(
            broker,
            name,
            request,
            handler,
            signal,
            (done, total) => say({ kind: "progress", id, done, total }),
          );
        case "scan":
          return scan({
            actor,
            broker,
            market: stores.market,
            latest: async (symbol) =>
              (await stores.cache.get(name, [symbol])).get(symbol),
            symbols: request.symbols,
            signal: AbortSignal.any([
              signal,
              AbortSignal.timeout(scanDeadlineMs),
            ]),
            log,
          });
      }
    },
    async stop() {
      stopping.abort(new Error("the isolate is stopping"));
      await Promise.all([subscription.close(), recovery]);
      clearInterval(beating);
      await broker.close();
      await stores.close();
    },
  };
}

type Stores = ReturnType<typeof openStores>;

function openStores({ actor, config }: IsolateSettings) {
  const sql = connectDatabase(config.databaseUrl, {
    max: 2,
    name: `signalbox ${actor}`,
  });
  const redis = connectRedis(config.redisUrl, { name: `signalbox-${actor}` });
  const cache = createLatestCache(redis);
  const { market, callsPerMinute } = config;
  return {
    sql,
    cache,
    latest: {
      set: (values: readonly LatestValue[]) => cache.set(actor, values),
    },
    deadLetters: createDeadLetters(sql),
    market: connectMarket(
      market,
      createRateLimit(redis, market.provider, callsPerMinute),
    ),
    async close() {
      await Promise.all([sql.end({ timeout: 5 }), disconnectRedis(redis)]);
    },
  };
}

function openBroker({ actor, config }: IsolateSettings): Promise<Broker> {
  return connectBroker(config.brokerUrl, {
    claimAfterMs: config.claimAfterMs,
    clientName: `signalbox-${actor}`,
  });
}

/** While the broker is away an isolate waits and beats: ending it would mend nothing. */
function untilReached<T>(log: Log, work: () => Promise<T>): Promise<T> {
  return patiently(work, {
    isUnavailable: (error) => !(error instanceof TypeError),
    onWait: tellOnce(log),
  });
}

function tellOnce(log: Log) {
  return (error: unknown, attempt: number) => {
    if (attempt === 1) log.warn("waiting", { error: explain(error) });
  };
}

function consumerOf(
  actor: Actor,
  { sql, latest, deadLetters }: Stores,
  progress: Progress,
  log: Log,
) {
  const { name } = actor;
  return createConsumer({
    actor,
    context: { sql, latest, log },
    attempts: {
      of: (positions) => attemptsOf(sql, name, positions),
      count: (positions) => countAttempts(sql, name, positions),
      clear: (positions) => clearAttempts(sql, name, positions),
    },
    deadLetters,
    // Both are waited for: making dead letters of every event would mend nothing.
    isUnavailable: (error) => isUnavailable(error) || isSystemFault(error),
    isBadData,
    onProgress: progress.made,
    log,
  });
}

function replay(
  broker: Broker,
  topic: string,
  { from, to }: Extract<Request, { kind: "replay" }>,
  handler: Parameters<Broker["replay"]>[1],
  signal: AbortSignal,
  onProgress: (done: number, total: number | null) => void,
): Promise<number> {
  const end = (value: string | number) =>
    typeof value === "number" ? new Date(value) : value;
  return broker.replay(topic, handler, {
    ...(from === undefined ? {} : { from: end(from) }),
    ...(to === undefined ? {} : { to: end(to) }),
    signal,
    onProgress,
  });
}
