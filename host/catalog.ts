/** The actors of this host: found as folders, described by their own isolates, shown by their views. */
import type { Config } from "../config.ts";
import type { Log } from "../engine/actor.ts";
import {
  actorFolders,
  describeActor,
  isActorName,
} from "../engine/discovery.ts";
import { explain } from "../engine/log.ts";
import type {
  ActorDescription,
  Description,
  ObserverDescription,
} from "../engine/protocol.ts";
import type { BrokenActor } from "../engine/status.ts";
import { byOrder, loadView } from "../ui/views.tsx";
import type { View } from "../ui/view.ts";
import { loadPermissions, moduleOf, workerEntry } from "./isolate_settings.ts";
import type { Catalog } from "./services.ts";

export interface ActorCatalog extends Catalog {
  /** Every folder's name, working or not. */
  readonly names: readonly string[];
  /** Null for an actor that cannot be loaded: it is one of `broken` then. */
  described(name: string): Promise<Description | null>;
  /** From now on the actor is none of `actors` or `observers`, but one of `broken`. */
  setAside(name: string, error: string): void;
}

/** Starts describing every actor; one that does not come to an end holds up no other. */
export async function openCatalog(
  config: Config,
  root: URL,
  log: Log,
): Promise<ActorCatalog> {
  const folder = new URL("actors/", root);
  const names = await actorFolders(folder);
  const broken: BrokenActor[] = [];
  let actors = new Map<string, ActorDescription>();
  let views = new Map<string, View>();
  const observers = new Map<string, ObserverDescription>();

  const setAside = (name: string, error: string) => {
    log.error("an actor is left aside", { actor: name, error });
    broken.push({ name, error });
    actors.delete(name);
    observers.delete(name);
    views.delete(name);
  };
  const load = async (name: string) => {
    try {
      const [description, view] = await Promise.all([
        describeFolder(name, config, root),
        loadView(folder, name),
      ]);
      if ("consumes" in description) {
        observers.set(name, description);
        return description;
      }
      views = new Map([...views, [name, view] as const].sort(byOrder));
      actors.set(name, description);
      actors = new Map([...views.keys()].map((key) => [key, actors.get(key)!]));
      return description;
    } catch (error) {
      setAside(name, explain(error));
      return null;
    }
  };
  const loading = new Map(names.map((name) => [name, load(name)]));
  return {
    names,
    broken,
    get actors() {
      return actors;
    },
    observers,
    get views() {
      return views;
    },
    described: async (name) => await loading.get(name) ?? null,
    setAside,
  };
}

/** What the actor of this name says that it is; its view is not loaded. Rejects with why it cannot be told. */
export async function describeFolder(
  name: string,
  { logLevel: level, logFormat: format, logExported: exported }: Config,
  root: URL,
): Promise<Description> {
  if (!isActorName(name)) {
    throw new Error(
      `the folder's name "${name}" must be lower-case letters, digits and _`,
    );
  }
  return await describeActor({
    entry: workerEntry,
    permissions: loadPermissions(root, name),
    actor: {
      name,
      module: moduleOf(root, name),
      log: { level, format, exported, name },
    },
  });
}
