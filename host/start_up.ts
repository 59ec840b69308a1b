/** Start-up in order, however long its servers take, and the way down in the reverse order. */
import type { Broker } from "../broker/broker.ts";
import {
  claimRedis,
  ForeignRedisError,
  pausedActors,
  recordIncident,
} from "../db/deployment.ts";
import { explain } from "../engine/log.ts";
import type { Description } from "../engine/protocol.ts";
import type { Schedule } from "../engine/scheduler.ts";
import { Supervisor } from "../engine/supervisor.ts";
import { startTrimmer, type Trimmer } from "../engine/trimmer.ts";
import { symbolsAtOnce } from "../market/open.ts";
import { unlessAborted } from "../wait.ts";
import type { ActorRights } from "./actor_rights.ts";
import { holdInstanceName, type InstanceName } from "./instance_name.ts";
import { specOf, workerEntry } from "./isolate_settings.ts";
import { createScanning, type Scanning } from "./scanning.ts";
import type { ServerUrls } from "./own_logins.ts";
import { openSchedule } from "./schedules.ts";
import { createTrading, followTrading, type Trading } from "./trading.ts";
import {
  migrateScope,
  reach,
  reachServers,
  type StartUp,
} from "./reach_servers.ts";
import { type Note, warnOfLimits, warnOfLoss, warnOfMix } from "./warnings.ts";

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

const followSettingsEveryMs = 2_000;
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
