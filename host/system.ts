/**
 * The running system: what main.ts starts and stops, and what the routes ask. The web side is up
 * before the servers are reached, so that /readyz can say what is missing.
 */
import { askAboutSymbols } from "./asking.ts";
import { type Config, ConfigError, nearestOf } from "../config.ts";
import type { Change } from "../db/latest.ts";
import type { Log } from "../engine/actor.ts";
import { openCatalog } from "./catalog.ts";
import type { Catalog, Services } from "./services.ts";
import { symbolsAtOnce } from "../market/open.ts";
import { createServices } from "./host_services.ts";
import { channelsOf, startDeliveries } from "./deliveries.ts";
import { Recorder } from "./recorder.ts";
import { type Running, startUp } from "./start_up.ts";
import { openStores, type Stores } from "./stores.ts";
import { keepUp } from "./upkeep.ts";

export interface System {
  readonly services: Services;
  /** Resolves when everything runs; rejects with what waiting cannot mend. */
  readonly started: Promise<void>;
  /** Drains; resolves when nothing is left running. */
  stop(): Promise<void>;
}

/**
 * Finds the actors and starts them; returns before the servers are reached.
 * @throws {ConfigError} for a setting of an actor that is not there
 */
export async function startSystem(
  config: Config,
  root: URL,
  version: string,
  log: Log,
): Promise<System> {
  const catalog = await openCatalog(config, root, log);
  checkOverrides(config, catalog.names);
  const stores = openStores(config);
  const stopping = new AbortController();
  const { signal } = stopping;
  const listeners = new Set<(change: Change) => void>();
  let running: Running | null = null;
  let missing: string | null = "the system is starting";
  const recorder = new Recorder({
    catalog,
    stores,
    log,
    running: () => running,
  });
  const services = createServices({
    config,
    recorded: recorder,
    tell: (entry) => recorder.tell(entry),
    version,
    catalog,
    stores,
    listeners,
    log,
    leaving: signal,
    running: () => running,
    missing: () => missing,
  });
  const deliveries = startDeliveries({
    outbox: stores.outbox,
    channels: channelsOf(config),
    log,
    signal,
  });
  const tell = (change: Change) => {
    if (catalog.observers.has(change.actor)) deliveries.look();
    for (const listener of listeners) listener(change);
  };
  const onGap = () => void tellAll(catalog, stores, tell).catch(() => {}); // there will be another gap
  const listening = stores.listen(tell, onGap, signal).catch(() => {});
  const onMissing = (what: string) => void (missing = what);
  const started = startUp({
    config,
    root,
    catalog,
    stores,
    recorder,
    log,
    signal,
    onMissing,
  }).then(async (up) => {
    running = up;
    await up.enlisted;
    missing = null;
  });
  started.catch(() => {}); // main.ts may look at it later
  const recording = started.then(() => recorder.run(services.status, signal))
    .catch(() => {}); // main.ts looks at it
  const asking = started.then(() =>
    askAboutSymbols({
      stores,
      catalog,
      pauseMs: pauseOf(config),
      together: symbolsAtOnce(config.market),
      log,
      signal,
    })
  ).catch(() => {}); // main.ts looks at it
  const upkeep = started.then(() => keepUp({ config, stores, log, signal }))
    .catch(() => {}); // main.ts looks at it
  return {
    services,
    started,
    async stop() {
      stopping.abort(new Error("the system is stopping"));
      await started.catch(() => {}); // whoever waits for it is told
      await running?.stop();
      await Promise.all([
        listening,
        asking,
        upkeep,
        deliveries.ended,
        recording,
      ]);
      await recorder.close();
      await stores.close();
    },
  };
}

/** A tenth of the quota is left for what asks about new symbols; the simulated market has none. */
function pauseOf({ market, callsPerMinute }: Config): number {
  return market.provider === "demo" ? 20 : 600_000 / callsPerMinute;
}

/** What changed while nothing could be heard: whoever knows a value already leaves it. */
async function tellAll(
  { actors, observers }: Pick<Catalog, "actors" | "observers">,
  { cache }: Pick<Stores, "cache">,
  tell: (change: Change) => void,
): Promise<void> {
  for (const actor of [...actors.keys(), ...observers.keys()]) {
    const values = await cache.get(actor);
    for (const value of values.values()) tell({ actor, value });
  }
}

/** A SCHEDULE_, REPLICAS_, … for an actor that is not there is a typing error. */
function checkOverrides(
  { schedules, replicas, weights, retentionDays, thinAfterDays }: Config,
  actors: readonly string[],
): void {
  const given = Object.entries({
    SCHEDULE_: schedules,
    REPLICAS_: replicas,
    WEIGHT_: weights,
    RETENTION_DAYS_: retentionDays,
    THIN_AFTER_DAYS_: thinAfterDays,
  });
  for (const [prefix, values] of given) {
    for (const name of Object.keys(values)) {
      if (actors.includes(name)) continue;
      const nearest = nearestOf(name, actors);
      const meant = nearest
        ? `did you mean ${prefix}${nearest.toUpperCase()}? `
        : "";
      const allowed = actors.map((actor) => prefix + actor.toUpperCase());
      throw new ConfigError(
        `${prefix}${name.toUpperCase()}: there is no actor "${name}"; ` +
          `${meant}allowed: ${allowed.join(", ")}`,
      );
    }
  }
}
