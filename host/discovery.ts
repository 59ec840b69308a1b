/** Finds the actors by looking into a folder: there is no list of them anywhere. */
import type { Actor } from "../engine/actor.ts";
import { parseCron } from "../engine/cron.ts";
import { explain } from "../engine/log.ts";
import type { BrokenActor } from "./services.ts";

export interface Discovered {
  readonly actors: ReadonlyMap<string, Actor>;
  /** Folders that hold no working actor: told, and left aside. */
  readonly broken: readonly BrokenActor[];
}

/** Loads `<folder>/<name>/mod.ts` for every sub-folder, in the order of their names. */
export async function discoverActors(folder: URL): Promise<Discovered> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory && !entry.name.startsWith(".")) {
      names.push(entry.name);
    }
  }
  const actors = new Map<string, Actor>();
  const broken: BrokenActor[] = [];
  for (const name of names.sort()) {
    try {
      actors.set(name, await load(folder, name));
    } catch (error) {
      broken.push({ name, error: explain(error) });
    }
  }
  return { actors, broken };
}

/** The address of an actor's module. */
export function moduleOf(folder: URL, name: string): string {
  return new URL(`${name}/mod.ts`, folder).href;
}

async function load(folder: URL, name: string): Promise<Actor> {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) {
    throw new Error(
      `the folder's name "${name}" must be lower-case letters, digits and _`,
    );
  }
  const { default: actor } = await import(moduleOf(folder, name)) as {
    default?: Actor;
  };
  if (actor?.name !== name) {
    throw new Error(
      `mod.ts must export an actor named "${name}" as its default, not ${
        actor?.name ?? "nothing"
      }`,
    );
  }
  for (const part of ["produce", "handle", "latest", "history"] as const) {
    if (typeof actor[part] !== "function") {
      throw new Error(`mod.ts: "${part}" must be a function`);
    }
  }
  if (!Number.isInteger(actor.version) || actor.version < 1) {
    throw new Error(
      `mod.ts: version is ${actor.version}; it must be a whole number from 1`,
    );
  }
  try {
    parseCron(actor.schedule);
  } catch (cause) {
    throw new Error(`mod.ts: schedule "${actor.schedule}"`, { cause });
  }
  return actor;
}
