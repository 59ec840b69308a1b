/** Start-up in order, however long its servers take, and the way down in the reverse order. */
import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Broker } from "../broker/broker.ts";
import { brokerHosts, connectBroker } from "../broker/connect.ts";
import type { Config } from "../config.ts";
import { pausedActors } from "../db/actor_settings.ts";
import { databaseHost } from "../db/address.ts";
import { isUnavailable } from "../db/client.ts";
import { recordIncident } from "../db/incidents.ts";
import { type InstanceLease, leaseInstance } from "../db/instance.ts";
import { migrate } from "../db/migrate.ts";
import { redisHosts } from "../db/redis.ts";
import type { Watchlist } from "../db/watchlist.ts";
import { marketHost } from "../market/connect.ts";
import type { Actor, Log } from "./actor.ts";
import { patiently } from "./backoff.ts";
import { explain } from "./log.ts";
import type { Schedule } from "./scheduler.ts";
import { startSchedules } from "./schedules.ts";
import { Supervisor } from "./supervisor.ts";
import { startTrimmer, type Trimmer } from "./trimmer.ts";

export interface Ground {
  readonly config: Config;
  readonly root: URL;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly sql: Sql;
  readonly redis: Redis;
  readonly watchlist: Watchlist;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called with what start-up waits for, and with null when it is done. */
  readonly onMissing: (missing: string | null) => void;
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

const pollSettingsEveryMs = 2_000;

/** Rejects only when `signal` aborts, or with an error that waiting cannot mend. */
export async function bringUp(ground: Ground): Promise<Running> {
  const { config, root, actors, sql, redis, log } = ground;
  const steps = <T>(what: string, work: () => Promise<T>) =>
    step(ground, what, work);
  await steps("PostgreSQL", () => migrate(sql, migrationFolders(root, actors)));
  await steps("PostgreSQL", () => ground.watchlist.seed(config.watchlist));
  const lease = await steps(
    "Redis",
    () =>
      leaseInstance(redis, config.instanceId ? { id: config.instanceId } : {}),
  );
  const broker = await steps(
    "the broker",
    () =>
      connectBroker(config.brokerUrl, { claimAfterMs: config.claimAfterMs }),
  );
  const name = { instance: lease };
  const note = (actor: string | null, kind: string, detail: string) => {
    recordIncident(sql, { actor, kind, detail, host: name.instance.name })
      .catch((error) =>
        log.warn("incident not recorded", { kind, detail, error })
      );
  };
  const supervisor = new Supervisor({
    actors,
    actorsFolder: new URL("actors/", root),
    projectFolder: root,
    config,
    instance: () => name.instance.name,
    serverHosts: serverHosts(config),
    marketHost: marketHost(config.market),
    paused: await steps("PostgreSQL", () => pausedActors(sql)),
    onIncident: note,
    log,
  });
  supervisor.start();
  const schedules = startSchedules({
    actors,
    config,
    sql,
    broker,
    supervisor,
    symbols: async () =>
      (await ground.watchlist.list()).map(({ symbol }) => symbol),
    owner: crypto.randomUUID(),
    log,
  });
  const trimmer = startTrimmer({
    broker,
    topics: [...actors.keys()],
    limits: {
      maxLength: config.streamMaxLength,
      maxAgeMs: config.streamMaxAgeMs,
    },
    log,
  });
  const polling = setInterval(
    () => void followSettings(sql, supervisor, actors),
    pollSettingsEveryMs,
  );
  const renewing = keepLease(ground, name, supervisor, note);
  await warnOfLoss(broker, log);
  ground.onMissing(null);
  return {
    broker,
    supervisor,
    schedules,
    trimmer,
    async stop() {
      clearInterval(polling);
      clearInterval(renewing);
      const stopped = [...schedules.values()].map((schedule) =>
        schedule.stop()
      );
      await supervisor.stop(config.drainMs);
      await Promise.all([...stopped, trimmer.stop()]);
      await name.instance.release().catch(() => {});
      await broker.close();
    },
  };
}

function step<T>(
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

function migrationFolders(root: URL, actors: ReadonlyMap<string, Actor>) {
  const own = [...actors.keys()].map((scope) => ({
    scope,
    dir: new URL(`actors/${scope}/`, root),
  }));
  return [{ scope: "core", dir: new URL("db/migrations/", root) }, ...own];
}

function serverHosts(config: Config): string[] {
  return [
    ...databaseHost(config.databaseUrl).split(","),
    ...redisHosts(config.redisUrl),
    ...brokerHosts(config.brokerUrl),
  ];
}

/** What people set on one host holds on all of them. */
async function followSettings(
  sql: Sql,
  supervisor: Supervisor,
  actors: ReadonlyMap<string, Actor>,
): Promise<void> {
  const paused = await pausedActors(sql).catch(() => null);
  if (paused) {
    for (const name of actors.keys()) {
      supervisor.setPaused(name, paused.has(name));
    }
  }
}

/** A host that was frozen finds its name taken: it takes another, and its isolates start anew under it. */
function keepLease(
  { redis, log }: Ground,
  holder: { instance: InstanceLease },
  supervisor: Supervisor,
  note: (actor: string | null, kind: string, detail: string) => void,
) {
  let busy = false;
  return setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      if (await holder.instance.renew()) return;
      const lost = holder.instance.name;
      holder.instance = await leaseInstance(redis);
      note(
        null,
        "instance-renamed",
        `the lease of "${lost}" was lost; this host is "${holder.instance.name}" now`,
      );
      await supervisor.restartAll();
    } catch (error) {
      log.warn("the lease of this host's name could not be renewed", {
        error: explain(error),
      });
    } finally {
      busy = false;
    }
  }, 3_000);
}

async function warnOfLoss(broker: Broker, log: Log): Promise<void> {
  const durability = await broker.durability().catch(() => null);
  if (!durability) return;
  log.info(`a power cut may lose ${durability.lossWindow}`, {
    broker: broker.name,
  });
  for (const warning of durability.warnings) log.warn(warning);
}
