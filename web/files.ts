/** Every file below `dir`, as paths relative to it, sorted; none if there is no such folder. */
export async function filesBelow(
  dir: URL,
  skip: (name: string) => boolean = () => false,
  below = "",
): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entries(new URL(below, dir))) {
    const path = below + entry.name;
    if (skip(entry.name)) continue;
    if (entry.isDirectory) {
      found.push(...await filesBelow(dir, skip, `${path}/`));
    } else found.push(path);
  }
  return found.sort();
}

async function entries(dir: URL): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(dir));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
