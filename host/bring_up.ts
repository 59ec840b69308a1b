/** Start-up in order, however long its servers take, and the way down in the reverse order. */
import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Broker } from "../broker/broker.ts";
import { brokerHosts, connectBroker } from "../broker/open.ts";
import type { Config } from "../config.ts";
import { pausedActors } from "../db/actor_settings.ts";
import { databaseHost } from "../db/address.ts";
import { isUnavailable } from "../db/client.ts";
import { noteMarket } from "../db/markets.ts";
import { recordIncident } from "../db/incidents.ts";
import { redisHosts } from "../db/redis.ts";
import type { Watchlist } from "../db/watchlist.ts";
import { marketHost } from "../market/open.ts";
import type { Actor, Log } from "../engine/actor.ts";
import { patiently } from "../wait.ts";
import { holdInstanceName, type InstanceName } from "./instance_name.ts";
import { explain } from "../engine/log.ts";
import { migrateAll } from "./migrations.ts";
import type { Schedule } from "../engine/scheduler.ts";
import { startSchedules } from "./schedules.ts";
import { Supervisor } from "../engine/supervisor.ts";
import { startTrimmer, type Trimmer } from "../engine/trimmer.ts";

export interface Ground {
  readonly config: Config;
  readonly root: URL;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly sql: Sql;
  readonly redis: Redis;
  readonly watchlist: Watchlist;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called with what start-up waits for. */
  readonly onMissing: (missing: string) => void;
  /** Called with an actor that cannot run: it is no longer one of `actors` then. */
  readonly onBroken: (actor: string, error: string) => void;
}

/** Everything that runs once the servers are there. */
export interface Running {
  readonly broker: Broker;
  readonly supervisor: Supervisor;
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly trimmer: Trimmer;
  /** Stops schedules, drains isolates, gives the name back, closes the broker. */
  stop(): Promise<void>;
}

const followSettingsEveryMs = 2_000;

/** Rejects only when `signal` aborts, or with an error that waiting cannot mend. */
export async function bringUp(ground: Ground): Promise<Running> {
  const { config, sql, watchlist, log } = ground;
  await reach(ground, "PostgreSQL", () => migrateAll(ground));
  await reach(ground, "PostgreSQL", () => watchlist.seed(config.watchlist));
  const paused = await reach(ground, "PostgreSQL", () => pausedActors(sql));
  const broker = await reach(ground, "the broker", () => openBroker(config));
  const name = await reach(ground, "Redis", () =>
    holdInstanceName({
      ...ground,
      ...(config.instanceId === undefined ? {} : { id: config.instanceId }),
      onRenamed: async (lost) => {
        const detail = `"${lost}" was lost, "${name.current}" is the name now`;
        note(ground, name, null, "instance-renamed", detail);
        await supervisor.restartAll();
      },
    }));
  const supervisor = supervise(ground, name, paused);
  supervisor.start();
  const schedules = startSchedules({
    ...ground,
    broker,
    supervisor,
    symbols: async () => (await watchlist.list()).map(({ symbol }) => symbol),
    owner: crypto.randomUUID(),
  });
  const trimmer = startTrimmer({
    broker,
    topics: [...ground.actors.keys()],
    limits: {
      maxLength: config.streamMaxLength,
      maxAgeMs: config.streamMaxAgeMs,
    },
    log,
  });
  const following = setInterval(
    () => void followSettings(ground, supervisor),
    followSettingsEveryMs,
  );
  await warnOfLoss(broker, log);
  await warnOfMix(ground, name);
  return {
    broker,
    supervisor,
    schedules,
    trimmer,
    async stop() {
      clearInterval(following);
      const stopped = [...schedules.values()].map((each) => each.stop());
      await supervisor.stop(config.drainMs);
      await Promise.all([...stopped, trimmer.stop()]);
      await name.release();
      await broker.close();
    },
  };
}

/** Tries until the server answers, and says meanwhile which one does not. */
function reach<T>(
  { log, onMissing, signal }: Ground,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  return patiently(work, {
    isUnavailable: (error) =>
      isUnavailable(error) ||
      what === "the broker" && !(error instanceof TypeError),
    signal,
    onWait: (error, attempt) => {
      const missing = `${what} cannot be reached: ${explain(error)}`;
      onMissing(missing);
      if (attempt === 1 || attempt % 10 === 0) {
        log.warn(`${missing}; trying again`, { attempt });
      }
    },
  });
}

function openBroker({ brokerUrl, claimAfterMs }: Config): Promise<Broker> {
  return connectBroker(brokerUrl, { claimAfterMs });
}

function supervise(
  ground: Ground,
  name: InstanceName,
  paused: ReadonlySet<string>,
): Supervisor {
  const { config, root } = ground;
  return new Supervisor({
    ...ground,
    actorsFolder: new URL("actors/", root),
    projectFolder: root,
    instance: () => name.current,
    serverHosts: [
      ...databaseHost(config.databaseUrl).split(","),
      ...redisHosts(config.redisUrl),
      ...brokerHosts(config.brokerUrl),
    ],
    marketHost: marketHost(config.market),
    paused,
    onIncident: (...incident) => note(ground, name, ...incident),
  });
}

function note(
  { sql, log }: Ground,
  name: InstanceName,
  actor: string | null,
  kind: string,
  detail: string,
): void {
  recordIncident(sql, { actor, kind, detail, host: name.current })
    .catch((error) => log.warn("incident not recorded", { kind, error }));
}

/**
 * What people set on one host holds on all of them. A difference is looked at twice: what was read may
 * be older than a change made here meanwhile.
 */
async function followSettings(
  { sql, actors }: Ground,
  supervisor: Supervisor,
): Promise<void> {
  const differing = async () => {
    const paused = await pausedActors(sql);
    return [...actors.keys()]
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
async function warnOfMix(ground: Ground, name: InstanceName): Promise<void> {
  const { config, sql, log } = ground;
  const { provider } = config.market;
  const others = await noteMarket(sql, provider).catch(() => []);
  if (!others.length) return;
  const detail =
    `this database holds data of ${others.join(", ")} as well as ` +
    `of ${provider}: use an empty one for each market`;
  log.warn(detail);
  note(ground, name, null, "mixed-markets", detail);
}

async function warnOfLoss(broker: Broker, log: Log): Promise<void> {
  const durability = await broker.durability().catch(() => null);
  if (!durability) return;
  const text = `a power cut may lose ${durability.loss_window}`;
  log.info(text, { broker: broker.name });
  for (const warning of durability.warnings) log.warn(warning);
}
