/** Which folders hold actors, and what an actor may be called: its folder, stream, table and path. */

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
