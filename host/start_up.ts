/** Start-up in order, however long its servers take, and the way down in the reverse order. */
import type { Broker } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import type { Config } from "../config.ts";
import { isUnavailable, missingLimits } from "../db/client.ts";
import {
  claimRedis,
  deploymentId,
  ForeignRedisError,
  isEmptied,
  noteMarkets,
  pausedActors,
  recordIncident,
} from "../db/deployment.ts";
import { migrate } from "../db/migrate.ts";
import { connectRedis, disconnectRedis, untilAnswers } from "../db/redis.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import type { Description } from "../engine/protocol.ts";
import type { Schedule } from "../engine/scheduler.ts";
import { Supervisor } from "../engine/supervisor.ts";
import { startTrimmer, type Trimmer } from "../engine/trimmer.ts";
import { symbolsAtOnce } from "../market/open.ts";
import { DeadlineError, patiently, unlessAborted } from "../wait.ts";
import { type ActorRights, openActorRights } from "./actor_rights.ts";
import { refusalOf } from "./advice.ts";
import type { ActorCatalog } from "./catalog.ts";
import { holdInstanceName, type InstanceName } from "./instance_name.ts";
import { specOf, workerEntry } from "./isolate_settings.ts";
import type { Recorder } from "./recorder.ts";
import { createScanning, type Scanning } from "./scanning.ts";
import type { ServerUrls } from "./own_logins.ts";
import { openSchedule } from "./schedules.ts";
import type { Stores } from "./stores.ts";
import { createTrading, followTrading, type Trading } from "./trading.ts";
import { isBrokerAway } from "./unavailable.ts";

export interface StartUp {
  readonly config: Config;
  readonly root: URL;
  readonly catalog: ActorCatalog;
  readonly stores: Stores;
  readonly log: Log;
  readonly recorder: Pick<Recorder, "tell">;
  readonly signal: AbortSignal;
  /** Called with what start-up waits for. */
  readonly onMissing: (missing: string) => void;
}

/** Everything that runs once the servers are there. */
export interface Running {
  /** Resolves when every actor runs or is left aside; one that is slow to load holds up no other. */
  readonly enlisted: Promise<void>;
  /** This process's name in the consumer groups. */
  readonly instance: () => string;
  readonly broker: Broker;
  readonly supervisor: Supervisor;
  readonly scanning: Scanning;
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Null where New York's calendar holds for all symbols. */
  readonly trading: Pick<Trading, "closed"> | null;
  readonly trimmer: Trimmer;
  readonly rights: Pick<ActorRights, "sharedBecause">;
  /** Stops schedules, drains isolates, gives the name back, closes the broker. */
  stop(): Promise<void>;
}

type Note = (actor: string | null, kind: string, detail: string) => void;

const followSettingsEveryMs = 2_000;
/** After this it is told what keeps the connection to Redis from standing. */
const answerMs = 2_000;

/** Rejects only when `signal` aborts, or with an error that waiting cannot mend. */
export async function startUp(options: StartUp): Promise<Running> {
  const { config, catalog, log, signal } = options;
  const { redis } = options.stores;
  const { id, paused, broker, rights } = await reachServers(options);
  const name = await reach(options, "Redis", () =>
    holdInstanceName({
      redis,
      log,
      signal,
      id: config.instanceId,
      async onRenamed(lost) {
        const detail = `"${lost}" was lost, "${name.current}" is the name now`;
        note(null, "instance-renamed", detail);
        await supervisor.restartAll();
      },
    }));
  const note = noting(options, name);
  const instance = () => name.current;
  const supervisor = new Supervisor({
    ...config,
    entry: workerEntry,
    instance,
    onIncident: note,
    log,
  });
  const scanning = createScanning({ ...options, supervisor });
  const schedules = new Map<string, Schedule>();
  const trading = config.marketHours === "market" ? createTrading() : null;
  const stopping = new AbortController();
  const following = trading && followTrading(trading, {
    ...options.stores,
    market: options.stores.confirming,
    together: symbolsAtOnce(config.market),
    log,
    signal: stopping.signal,
  });
  const run = (actor: Description, urls: ServerUrls) => {
    const spec = specOf(actor, { ...config, ...urls }, options.root);
    supervisor.add({ ...spec, paused: paused.has(actor.name) });
    if ("consumes" in actor) return;
    const opened = openSchedule(actor, {
      ...options,
      broker,
      supervisor,
      scanning,
      trading,
    });
    schedules.set(actor.name, opened);
  };
  const enlisted = Promise.all(
    catalog.names.map((each) => enlist(options, rights, each, run)),
  ).then(() => {});
  enlisted.catch(() => {}); // looked at by whoever starts
  const trimmer = trim(options, broker, note);
  const follow = () => void followSettings(options, supervisor, id);
  const followingSettings = setInterval(follow, followSettingsEveryMs);
  await warnOfLoss(broker, log);
  await warnOfLimits(options);
  await warnOfMix(options, note);
  return {
    enlisted,
    instance,
    broker,
    supervisor,
    scanning,
    schedules,
    trading,
    trimmer,
    rights,
    async stop() {
      clearInterval(followingSettings);
      stopping.abort(new Error("the system is stopping"));
      const stopped = [...schedules.values()].map((each) => each.stop());
      await supervisor.stop();
      await Promise.all([...stopped, trimmer.stop(), following]);
      await name.release();
      await Promise.all([broker.close(), rights.close()]);
    },
  };
}

async function reachServers(options: StartUp) {
  const { config, stores: { sql, redis, watchlist } } = options;
  await reach(options, "PostgreSQL", () => migrateScope(options, "core"));
  const id = await reach(options, "PostgreSQL", () => deploymentId(sql));
  await reach(options, "Redis", () => untilAnswers(redis, answerMs));
  await reach(options, "Redis", () => tellIfEmptied(options));
  await reach(options, "Redis", () => claimRedis(id, redis));
  await reach(options, "PostgreSQL", () => watchlist.seed(config.watchlist));
  const paused = await reach(options, "PostgreSQL", () => pausedActors(sql));
  const { brokerUrl, claimAfterMs, redisPrefix } = config;
  const open = () => connectBroker(brokerUrl, { claimAfterMs, redisPrefix });
  const broker = await reach(options, "the broker", open);
  if (brokerUrl !== config.redisUrl && brokerUrl.startsWith("redis")) {
    await reach(options, "the broker", () => claimBroker(id, config));
  }
  const { log } = options;
  const rights = await reach(
    options,
    "PostgreSQL",
    () => openActorRights(config, sql, log),
  );
  return { id, paused, broker, rights };
}

/** Before Redis is claimed: so it is told at the next start if this one ends here. */
async function tellIfEmptied(
  { config, catalog, stores: { sql, redis }, log }: StartUp,
): Promise<void> {
  if (config.brokerUrl !== config.redisUrl) return;
  if (!await isEmptied(sql, redis, catalog.names)) return;
  const detail =
    "Redis knows nothing of this deployment, which has run before: " +
    "what was not handled is gone; latest values come back from PostgreSQL";
  log.warn(detail);
  const host = Deno.hostname();
  await recordIncident(sql, {
    actor: null,
    kind: "redis-emptied",
    detail,
    host,
  });
}

/** The groups that share events out are there. */
async function claimBroker(
  id: string,
  { brokerUrl, redisPrefix: prefix }: Config,
): Promise<void> {
  const redis = connectRedis(brokerUrl, { name: "signalbox", prefix });
  try {
    await claimRedis(id, redis);
  } finally {
    await disconnectRedis(redis);
  }
}

function noting({ stores: { sql }, log }: StartUp, name: InstanceName): Note {
  return (actor, kind, detail) =>
    void recordIncident(sql, { actor, kind, detail, host: name.current })
      .catch((error) => log.warn("incident not recorded", { kind, error }));
}

function trim(
  { config, catalog, log }: StartUp,
  broker: Broker,
  onIncident: Note,
): Trimmer {
  const limits = {
    maxLength: config.streamMaxLength,
    maxAgeMs: config.streamMaxAgeMs,
    foreignLimit: config.foreignGroupLimit,
  };
  const topics = catalog.names;
  return startTrimmer({ broker, topics, limits, onIncident, log });
}

/** Runs an actor as soon as it is described and has its tables; one that cannot is left aside. */
async function enlist(
  options: StartUp,
  rights: ActorRights,
  name: string,
  run: (actor: Description, urls: ServerUrls) => void,
): Promise<void> {
  const { catalog, signal } = options;
  const actor = await unlessAborted(catalog.described(name), signal);
  if (!actor) return;
  try {
    await reach(options, "PostgreSQL", () => migrateScope(options, name));
    const dir = new URL(`actors/${name}/`, options.root);
    const consumed = "consumes" in actor ? actor.consumes : [];
    const urls = await reach(
      options,
      "a server",
      () => rights.urlsOf(name, dir, consumed),
    );
    run(actor, urls);
  } catch (error) {
    signal.throwIfAborted();
    catalog.setAside(name, explain(error));
  }
}

/** Brings the tables of the core, or of an actor, up to date; what is applied stays so. */
async function migrateScope(
  { stores: { sql }, root, log }: StartUp,
  scope: string,
): Promise<void> {
  const path = scope === "core" ? "db/migrations/" : `actors/${scope}/`;
  for (const file of await migrate(sql, scope, new URL(path, root))) {
    log.info("migrated", { file });
  }
}

/** Tries until the server answers, and says meanwhile which one does not. */
function reach<T>(
  { log, onMissing, signal }: StartUp,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  return patiently(work, {
    isUnavailable: (error) =>
      isUnavailable(error) || isBrokerAway(error) ||
      error instanceof DeadlineError,
    signal,
    onWait: (error, attempt) => {
      const missing = refusalOf(what, explain(error));
      onMissing(missing);
      if (attempt === 1 || attempt % 10 === 0) {
        log.warn(`${missing}; trying again`, { attempt });
      }
    },
  });
}

/**
 * What people set on one host holds on all of them. A difference is looked at twice: what was read may
 * be older than a change made here meanwhile.
 */
async function followSettings(
  { stores: { sql, redis }, catalog, log }: StartUp,
  supervisor: Supervisor,
  id: string,
): Promise<void> {
  // Redis may have lost what it held; while it is away, its client would keep the question for later.
  if (redis.status === "ready") {
    await claimRedis(id, redis).catch((error) => {
      if (error instanceof ForeignRedisError) log.error(error.message);
    });
  }
  const differing = async () => {
    const paused = await pausedActors(sql);
    return [...catalog.actors.keys(), ...catalog.observers.keys()]
      .filter((name) => supervisor.isPaused(name) !== paused.has(name));
  };
  try {
    if ((await differing()).length === 0) return;
    for (const name of await differing()) {
      supervisor.setPaused(name, !supervisor.isPaused(name));
    }
  } catch {
    // The database is away; the next turn follows.
  }
}

/** Simulated prices in a database that holds real ones, or the other way round. */
async function warnOfMix(
  { config, stores: { sql }, log }: StartUp,
  note: Note,
): Promise<void> {
  const { providers } = config.market;
  const names = providers.map(({ provider }) => provider);
  const others = await noteMarkets(sql, names).catch(() => []);
  // What is real may come from several; what is simulated is no market's.
  if (!others.length || [...names, ...others].every((one) => one !== "demo")) {
    return;
  }
  const detail =
    `this database holds data of ${others.join(", ")} as well as ` +
    `of ${names.join(", ")}: use an empty one for the simulated market`;
  log.warn(detail);
  note(null, "mixed-markets", detail);
}

/** What a pooler kept from PostgreSQL. */
async function warnOfLimits({ stores: { sql }, log }: StartUp): Promise<void> {
  const warning = await missingLimits(sql).catch(() => null);
  if (warning) log.warn(warning);
}

async function warnOfLoss(broker: Broker, log: Log): Promise<void> {
  const durability = await broker.durability().catch(() => null);
  if (!durability) return;
  const text = `a power cut may lose ${durability.loss_window}`;
  log.info(text, { broker: broker.name });
  for (const warning of durability.warnings) log.warn(warning);
}
