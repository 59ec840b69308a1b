/** Finds the actors: folders, each of which says what it is in an isolate without any rights. */
import { loadDeadlineMs } from "./isolate.ts";
import { openLink } from "./link.ts";
import type { ActorModule, Description } from "./protocol.ts";

/** Lower-case letters, digits and _, a letter first. */
export const actorNamePattern = /^[a-z][a-z0-9_]{0,40}$/;

export function isActorName(name: string): boolean {
  return actorNamePattern.test(name);
}

/** Every folder in `folder` but the hidden ones, sorted; also one whose name cannot be an actor's. */
export async function actorFolders(folder: URL): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries
    .filter(({ isDirectory, name }) => isDirectory && !name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

export interface DescribeOptions {
  readonly entry: URL;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly actor: ActorModule;
  /** How long it may take to load; 15 s unless told. */
  readonly withinMs?: number;
}

/** Rejects if the actor cannot be loaded, with why; nothing of it is left running either way. */
export async function describeActor(
  { entry, permissions, actor, withinMs = loadDeadlineMs }: DescribeOptions,
): Promise<Description> {
  const { promise, resolve, reject } = Promise.withResolvers<
    Description
  >();
  const link = openLink({
    entry,
    permissions,
    name: `${actor.name} (described)`,
    onMessage: (message) =>
      message.kind === "described"
        ? resolve(message.description)
        : reject(new Error(`it said "${message.kind}" instead of what it is`)),
    onEnd: reject,
  });
  const timer = setTimeout(
    () => reject(new Error(`mod.ts was not loaded within ${withinMs} ms`)),
    withinMs,
  );
  link.send({ kind: "describe", actor });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    link.close();
  }
}
