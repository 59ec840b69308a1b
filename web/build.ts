/** `deno task build`: keeps the bundle in dist/, so that the server does not have to make it. */
import { filesBelow, hashOf } from "./assets.ts";
import { type Bundle, bundleIslands, type Files } from "./bundle.ts";

/** What dist/build.json holds. */
interface Build extends Omit<Bundle, "files"> {
  readonly sources: string;
  readonly files: readonly string[];
}

/** The bundle of `dist` if it is whole and made of the sources as they are now; otherwise null. */
export async function readDist(root: URL, dist: URL): Promise<Bundle | null> {
  try {
    const text = await Deno.readTextFile(new URL("build.json", dist));
    const build: Build = JSON.parse(text);
    if (build.sources !== await hashSources(root)) return null;
    const files: Files = new Map();
    for (const name of build.files) {
      files.set(name, await Deno.readFile(new URL(name, dist)));
    }
    return { ...build, files };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Bundles the islands of `root` into `dist`, which is emptied first. */
export async function writeDist(root: URL, dist: URL): Promise<Bundle> {
  const bundle = await bundleIslands(root);
  await Deno.remove(dist, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(dist, { recursive: true });
  for (const [name, contents] of bundle.files) {
    const file = new URL(name, dist);
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeFile(file, contents);
  }
  const build: Build = {
    ...bundle,
    sources: await hashSources(root),
    files: [...bundle.files.keys()],
  };
  // Last, so that a build that was cut short is not taken for one.
  await Deno.writeTextFile(
    new URL("build.json", dist),
    JSON.stringify(build, null, 2),
  );
  return bundle;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Islands may import any module: so every module counts, and the versions of the packages. */
async function hashSources(root: URL): Promise<string> {
  const skip = (name: string) =>
    name.startsWith(".") ||
    ["node_modules", "dist", "coverage", "tests", "testdata"].includes(name);
  const files = (await filesBelow(root, skip)).filter((file) =>
    /\.tsx?$|^deno\.(?:json|lock)$/.test(file) && !/_test\.tsx?$/.test(file)
  );
  const parts: BlobPart[] = [Deno.version.deno];
  for (const file of files) {
    parts.push(file, await Deno.readFile(new URL(file, root)));
  }
  return await hashOf(parts);
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url);
  const { files } = await writeDist(root, new URL("dist/", root));
  for (const [name, contents] of files) {
    console.log(`dist/${name} ${contents.length} bytes`);
  }
}
