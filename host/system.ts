/**
 * The running system: what main.ts starts and stops, and what the routes ask. The web side is up
 * before the servers are reached, so that /readyz can say what is missing.
 */
import { loadViews } from "../ui/load_views.ts";
import type { View } from "../ui/view.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Actor, Log } from "../engine/actor.ts";
import { bringUp, type Running } from "./bring_up.ts";
import { discoverActors } from "./discovery.ts";
import { createServices } from "./host_services.ts";
import type { BrokenActor, Change, Services } from "./services.ts";
import { openStores } from "./stores.ts";

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
  const catalog = await findActors(root, log);
  checkOverrides(config, catalog.actors);
  const stores = openStores(config);
  const stopping = new AbortController();
  const listeners = new Set<(change: Change) => void>();
  let running: Running | null = null;
  let missing: string | null = "the system is starting";
  const host = { running: () => running, missing: () => missing };
  const services = createServices({
    ...catalog,
    config,
    version,
    stores,
    host,
    listeners,
    leaving: stopping.signal,
    log,
  });
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change);
  };
  const listening = stores.listen(tell, stopping.signal).catch(() => {});
  const started = bringUp({
    ...stores,
    config,
    root,
    actors: catalog.actors,
    log,
    signal: stopping.signal,
    onMissing: (what) => void (missing = what),
    onBroken: catalog.setAside,
  }).then((up) => {
    running = up;
    missing = null;
  });
  started.catch(() => {}); // main.ts may look at it later
  return {
    services,
    started,
    async stop() {
      stopping.abort(new Error("the system is stopping"));
      await started.catch(() => {}); // whoever waits for it is told
      await running?.stop();
      await listening;
      await stores.close();
    },
  };
}

interface Catalog {
  /** In the order in which the dashboard shows them. */
  readonly actors: ReadonlyMap<string, Actor>;
  readonly views: ReadonlyMap<string, View>;
  readonly broken: readonly BrokenActor[];
  /** From now on the actor is none of `actors`, but one of `broken`. */
  setAside(name: string, error: string): void;
}

async function findActors(root: URL, log: Log): Promise<Catalog> {
  const folder = new URL("actors/", root);
  const found = await discoverActors(folder);
  const views = await loadViews(folder, [...found.actors.keys()]);
  const actors = new Map(
    [...views.keys()].map((name) => [name, found.actors.get(name)!]),
  );
  const broken: BrokenActor[] = [];
  const setAside = (name: string, error: string) => {
    log.error("an actor is left aside", { actor: name, error });
    broken.push({ name, error });
    actors.delete(name);
  };
  for (const { name, error } of found.broken) setAside(name, error);
  return { actors, views, broken, setAside };
}

/** A SCHEDULE_ or REPLICAS_ for an actor that is not there is a typing error. */
function checkOverrides(
  { schedules, replicas }: Config,
  actors: ReadonlyMap<string, Actor>,
): void {
  const given = [
    ...Object.keys(schedules).map((name) => ["SCHEDULE_", name] as const),
    ...Object.keys(replicas).map((name) => ["REPLICAS_", name] as const),
  ];
  for (const [prefix, name] of given) {
    if (actors.has(name)) continue;
    const known = [...actors.keys()].map((actor) => actor.toUpperCase());
    throw new ConfigError(
      `${prefix}${name.toUpperCase()}: there is no actor "${name}"; ` +
        `allowed: ${known.map((actor) => prefix + actor).join(", ")}`,
    );
  }
}
