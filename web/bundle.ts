/** Bundles the islands for the browser, with the bundler that is part of Deno. */
import { filesBelow } from "./assets.ts";

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
  const files = await filesBelow(new URL("islands/", root));
  return files.filter((file) =>
    /\.tsx?$/.test(file) && !/[._]test\.tsx?$/.test(file)
  ).map((file) => `islands/${file}`);
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
  let result: Deno.bundle.Result;
  try {
    result = await Deno.bundle({
      entrypoints,
      outputDir,
      platform: "browser",
      codeSplitting: true,
      minify: true,
      write: false,
    });
  } catch (cause) {
    throw new Error(
      "the islands cannot be bundled: Deno fetches esbuild the first time; " +
        "run `deno task build` once where that is possible",
      { cause },
    );
  }
  if (!result.success) {
    const reasons = result.errors.map(({ text }) => text).join("\n");
    throw new Error(`the islands cannot be bundled:\n${reasons}`);
  }
  return new Map(
    (result.outputFiles ?? []).map((
      { path, contents },
    ) => [path.slice(outputDir.length), contents!]),
  );
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
