/**
 * Bundles the islands for the browser, with the bundler that is part of Deno. `deno task build` keeps
 * the bundle in dist/, so that the server does not have to make it.
 */
import { rm } from "node:fs/promises";
import { filesBelow, hashOf, modulesBelow, readFiles } from "./assets.ts";

/** There is nothing to serve, and nothing can be made here. */
export class NotBuiltError extends Error {
  override readonly name = "NotBuiltError";
}

/** What dist/build.json holds. */
interface Build extends Omit<Bundle, "files"> {
  readonly sources: string;
  readonly files: readonly string[];
}

/**
 * What is served: `dist` if it is up to date, else what can be bundled here and now, else `dist` as it is.
 * @param onStale told why the islands are older than their sources
 * @throws {NotBuiltError}
 */
export async function openBundle(
  root: URL,
  dist: URL,
  onStale: (why: string) => void,
): Promise<Bundle> {
  const built = await readDist(root, dist);
  if (built?.current) return built.bundle;
  try {
    return await bundleIslands(root);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (built && await hasAllIslands(root, built.bundle)) {
      onStale(`dist/ is older than the sources, and is served: ${why}`);
      return built.bundle;
    }
    const is = built ? "lacks an island" : "is not there, or not whole";
    throw new NotBuiltError(`dist/ ${is}, and ${why}`, { cause });
  }
}

async function hasAllIslands(root: URL, { islands }: Bundle): Promise<boolean> {
  return (await islandFiles(root)).every((file) => islands[file]);
}

/** The bundle of `dist`, and whether it is made of the sources as they are now; null if it is not whole. */
export async function readDist(
  root: URL,
  dist: URL,
): Promise<{ bundle: Bundle; current: boolean } | null> {
  try {
    const text = await Deno.readTextFile(new URL("build.json", dist));
    const { sources, files, ...build }: Build = JSON.parse(text);
    return {
      bundle: { ...build, files: await readFiles(dist, files) },
      current: sources === await hashSources(root),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Bundles the islands of `root` into `dist`, which is emptied first. */
export async function writeDist(root: URL, dist: URL): Promise<Bundle> {
  const bundle = await bundleIslands(root);
  await rm(dist, { recursive: true, force: true });
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

/** Islands may import any module: so every module counts, and the versions of the packages; not that of Deno. */
async function hashSources(root: URL): Promise<string> {
  const skip = (name: string) =>
    name.startsWith(".") ||
    ["node_modules", "dist", "coverage", "tests", "testdata"].includes(name);
  const files = (await filesBelow(root, skip)).filter((file) =>
    /\.tsx?$|^deno\.(?:json|lock)$/.test(file) && !/_test\.tsx?$/.test(file)
  );
  return await hashOf(await readFiles(root, files));
}

export type Files = Map<string, Uint8Array<ArrayBuffer>>;

/** What the browser needs for the islands of an application. */
export interface Bundle {
  /** Script of `web/client.ts`; null without islands. */
  readonly client: string | null;
  /** File of an island, relative to the root, to its script. */
  readonly islands: Readonly<Record<string, string>>;
  /** Script to the scripts it imports first of all. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /** Scripts by name, minified. */
  readonly files: Files;
}

const clientFile = new URL("./client.ts", import.meta.url);

/** The files of islands/, relative to the root. */
export async function islandFiles(root: URL): Promise<string[]> {
  const files = await modulesBelow(new URL("islands/", root));
  return files.map((file) => `islands/${file}`);
}

/** Takes 0.1 s, and about a second more the first time, when Deno fetches esbuild. */
export async function bundleIslands(root: URL): Promise<Bundle> {
  const islands = await islandFiles(root);
  if (islands.length === 0) {
    return { client: null, islands: {}, imports: {}, files: new Map() };
  }
  const sources = [clientFile, ...islands.map((file) => new URL(file, root))];
  const outputDir = pathOf(new URL("dist/", root));
  const files = await run(sources.map(pathOf), outputDir);
  const base = commonFolder(sources.map(pathOf));
  const scriptOf = (source: URL) =>
    pathOf(source).slice(base.length).replace(/\.tsx?$/, ".js");
  return {
    client: scriptOf(clientFile),
    islands: Object.fromEntries(
      islands.map((file) => [file, scriptOf(new URL(file, root))]),
    ),
    imports: importsOf(files),
    files,
  };
}

async function run(entrypoints: string[], outputDir: string): Promise<Files> {
  const result = await Deno.bundle({
    entrypoints,
    outputDir,
    platform: "browser",
    codeSplitting: true,
    minify: true,
    write: false,
  }).catch((cause) => {
    throw new Error(
      "the islands cannot be bundled here, since Deno fetches its bundler " +
        "for that: run `deno task build`",
      { cause },
    );
  });
  if (!result.success) {
    const reasons = result.errors.map(({ text }) => text).join("\n");
    throw new Error(`the islands cannot be bundled:\n${reasons}`);
  }
  const files = result.outputFiles ?? [];
  const named = files.map(({ path, contents }) =>
    [path.slice(outputDir.length), contents!] as const
  );
  return new Map(named);
}

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** The bundler names its output by where the sources stand below the folder they share. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/"));
  let parts = 0;
  while (
    parts < first.length - 1 &&
    others.every((other) => other[parts] === first[parts])
  ) parts++;
  return first.slice(0, parts).join("/") + "/";
}

function importsOf(files: Files): Record<string, string[]> {
  const text = new TextDecoder();
  const imports: Record<string, string[]> = {};
  for (const [name, contents] of files) {
    const found = text.decode(contents)
      .matchAll(/(?:\bfrom|\bimport)\s*"(\.{1,2}\/[^"]+\.js)"/g);
    imports[name] = [...found].map(([, path]) =>
      new URL(path!, `file:///${name}`).pathname.slice(1)
    );
  }
  return imports;
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url);
  const { files } = await writeDist(root, new URL("dist/", root));
  for (const [name, contents] of files) {
    console.log(`dist/${name} ${contents.length} bytes`);
  }
}
