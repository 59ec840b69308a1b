/** An actor at work inside its isolate: its connections, its consumer, its sweeps, its scans. */
import type { BatchHandler, Incident, Subscription } from "../broker/broker.ts";
import { createAttempts } from "../db/attempts.ts";
import {
  isBadData,
  isSystemFault,
  isTooSlow,
  isUnavailable,
} from "../db/client.ts";
import { recordIncident } from "../db/deployment.ts";
import { createEventTraces } from "../db/event_traces.ts";
import type { Actor, Log, Observer, Value } from "../engine/actor.ts";
import {
  type ConsumerOptions,
  createConsumer,
  type HandlerProgress,
  trackProgress,
} from "../engine/consumer.ts";
import type { Introduction } from "../engine/link.ts";
import { loadActor } from "../engine/load_actor.ts";
import { consumedFrom, handlesAtOnce } from "../engine/handling.ts";
import { Measures } from "../engine/measures.ts";
import type {
  FromIsolate,
  IsolateSettings,
  RequestHandlers,
} from "../engine/protocol.ts";
import { recentRows } from "../engine/recent.ts";
import { startRecovery } from "../engine/recovery.ts";
import { TraceRecorder } from "../engine/trace_recorder.ts";
import { tracedSql } from "../engine/traced_sql.ts";
import { joined } from "../engine/subscriptions.ts";
import { patiently, resolvesWithin } from "../wait.ts";
import { openStores, reachBroker } from "./actor_stores.ts";
import type { Servers } from "./isolate_settings.ts";
import { type HandlerStores, replayNow, scanNow } from "./on_request.ts";
import { keepRetention, noteOld } from "./retention.ts";
import { silence } from "./silence.ts";
import { warmCache } from "./warm_cache.ts";

export interface RunningActor {
  readonly subscription: Subscription;
  readonly requests: RequestHandlers;
  /** Finishes the batch in hand; resolves when every connection is closed. */
  stop(): Promise<void>;
}

export interface Supervision extends Pick<Introduction, "givenUp"> {
  readonly log: Log;
  readonly say: (message: FromIsolate) => void;
  /** Tells that the actor's loop has ended, and ends the isolate. */
  readonly crash: (error: unknown) => void;
}

const beatEveryMs = 250;
/** Of one call of the handler at a time so many are handed on when many wait; at rest a batch is what is there. */
const batchSize = 2_000;

/** Resolves when the subscription runs, however long its servers take. */
export async function runActor(
  settings: IsolateSettings,
  { log, say, crash, givenUp }: Supervision,
): Promise<RunningActor> {
  silence(givenUp);
  const { name, consumer } = settings;
  const progress = trackProgress();
  const measures = new Measures();
  let lastReadAt = () => 0;
  const beat = () => {
    const measured = measures.take();
    say({ kind: "beat", beat: { ...progress.beat(lastReadAt()), measured } });
  };
  const beating = setInterval(beat, beatEveryMs);
  const servers = settings.servers as Servers;
  const actor = await loadActor(settings.module, name);
  const atOnce = handlesAtOnce(actor);
  const stores = openStores(name, servers, measures, atOnce);
  const broker = await reachBroker(name, servers, log);
  const warm = () =>
    patiently(() => warmCache(actor, stores), { isUnavailable })
      .catch((error) => log.warn("cache not warmed", { error }));
  const traces = new TraceRecorder({
    write: (found) =>
      createEventTraces(stores.sql).record(name, consumer, found),
    log,
  });
  const handlerOver = (stores: HandlerStores, measures: Measures) => {
    const own = progress.handler();
    const onStored = noteOld(actor, servers, stores.sql);
    const around = {
      traces,
      progress: own,
      measures,
      log,
      onIncident,
      onStored,
    };
    return own.around(consumerOf(actor, stores, around));
  };
  const onIncident = ({ kind, detail }: Incident) => {
    log.warn(kind, { detail });
    recordIncident(stores.sql, { actor: name, kind, detail, host: consumer })
      .catch((error) => log.warn("incident not recorded", { error }));
    // What lost the group may have lost the cache with it.
    if (kind === "group-recreated") void warm();
  };
  const handler = handlerOver(stores, measures);
  const options = { consumer, batch: atOnce * batchSize, onIncident };
  const subscribe = (topic: string, handler: BatchHandler) =>
    broker.subscribe(topic, name, handler, options);
  const subscription = subscribeTo(actor, handler, subscribe);
  lastReadAt = () => subscription.lastReadAt;
  if (settings.paused) subscription.pause();
  subscription.closed.catch(crash);
  void warm();
  const stopping = new AbortController();
  const { signal } = stopping;
  const everyMs = servers.sweepEveryMs;
  const recovery = startRecovery({ subscription, everyMs, log, signal });
  const { sql } = stores;
  const retention = keepRetention({ actor, sql, ages: servers, log, signal });
  return {
    subscription,
    requests: {
      claim: () => subscription.recover(),
      history: (query) => actor.history(stores.sql, query),
      recent: (query) => recentRows(actor, stores.sql, query),
      replay: (window, id) => {
        // What is read again was published long ago, and says nothing of now.
        const again = (stores: HandlerStores) =>
          handlerOver(stores, new Measures());
        const over = { name, broker, stores, handlerOver: again, say, signal };
        return replayNow(over, window, id);
      },
      scan: (request) =>
        scanNow(actor, stores, { broker, request, signal, log }),
    },
    async stop() {
      stopping.abort(new Error("the isolate is stopping"));
      await Promise.all([subscription.close(), recovery]);
      clearInterval(beating);
      beat();
      // Where PostgreSQL is away they are lost, and nothing but them.
      await resolvesWithin(Promise.all([traces.close(), retention]), 1_000);
      await broker.close();
      await stores.close();
    },
  };
}

/** An observer reads its own stream as well: what is redriven comes there, and disturbs no other group. */
function subscribeTo(
  actor: Actor | Observer,
  handler: BatchHandler,
  subscribe: (topic: string, handler: BatchHandler) => Subscription,
): Subscription {
  const { name } = actor;
  if (!("consumes" in actor)) return subscribe(name, handler);
  const others = actor.consumes.map((topic) =>
    subscribe(
      topic,
      (batch, signal) => handler(consumedFrom(topic, batch), signal),
    )
  );
  return joined([subscribe(name, handler), ...others]);
}

interface Around {
  readonly traces: TraceRecorder;
  readonly progress: HandlerProgress;
  readonly measures: Measures;
  readonly log: Log;
  readonly onIncident: (incident: Incident) => void;
  readonly onStored: ConsumerOptions["onStored"];
}

function consumerOf(
  actor: Actor | Observer,
  { sql, cache, deadLetters }: HandlerStores,
  { traces, progress, measures, log, onIncident, onStored }: Around,
) {
  const { name } = actor;
  return createConsumer({
    actor,
    context: { sql: tracedSql(sql), log },
    async setLatest(values) {
      const [ahead] = await cache.set(name, values);
      if (ahead) onIncident(aheadOfTime(ahead));
    },
    // What an observer hears of has its way recorded by the actor whose event it is.
    record: "consumes" in actor ? async () => {} : (found) => traces.add(found),
    onStored,
    attempts: createAttempts(sql, name),
    deadLetters,
    // Both are waited for: making dead letters of every event would mend nothing.
    isUnavailable: (error) => isUnavailable(error) || isSystemFault(error),
    isTooSlow,
    isBadData,
    onProgress: progress.made,
    onWaiting: progress.waits,
    measures,
    log,
  });
}

function aheadOfTime({ symbol, at }: Value): Incident {
  const detail = `${symbol} has a value of ${at}, which is yet to come: it ` +
    "is in the history, but not the latest; look at the provider and the clocks";
  return { kind: "value-ahead-of-time", detail };
}
