/** What the browser loads: static/ and the scripts, at addresses that change with the contents. */
import { type Context, Hono } from "hono";
import { getMimeType } from "hono/utils/mime";
import type { Bundle, Files } from "./build.ts";

/** Every file below `dir`, as paths relative to it, sorted; none if there is no such folder. */
export async function filesBelow(
  dir: URL,
  skip: (name: string) => boolean = () => false,
  below = "",
): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entries(new URL(below, dir))) {
    if (skip(entry.name)) continue;
    const path = below + entry.name;
    if (!entry.isDirectory) found.push(path);
    else found.push(...await filesBelow(dir, skip, `${path}/`));
  }
  return found.sort();
}

/** The modules below `dir`; no tests. */
export async function modulesBelow(dir: URL): Promise<string[]> {
  return (await filesBelow(dir)).filter((file) =>
    /\.tsx?$/.test(file) && !/[._]test\.tsx?$/.test(file)
  );
}

async function entries(dir: URL): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(dir));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** These files of `dir`. */
export async function readFiles(
  dir: URL,
  names: readonly string[],
): Promise<Files> {
  const read = async (name: string) =>
    [name, await Deno.readFile(new URL(name, dir))] as const;
  return new Map(await Array.fromAsync(names, read));
}

export type Assets = Awaited<ReturnType<typeof makeAssets>>;

export async function makeAssets(statics: Files, bundle: Bundle) {
  const files: Files = new Map([...statics, ...bundle.files]);
  const version = (await hashOf(files)).slice(0, 12);
  const at = (name: string) => `/_/${version}/${name}`;
  return {
    /** The address of a file of static/, given as `/name`. */
    address(path: string): string {
      if (statics.has(path.slice(1))) return at(path.slice(1));
      throw new Error(`asset("${path}"): there is no static${path}`);
    },
    /** The address of the script of an island's file. */
    scriptOf: (island: string): string => at(bundle.islands[island]!),
    /** The script that brings islands to life, and what it will import; nothing for no islands. */
    scriptsFor(islands: readonly string[]) {
      if (islands.length === 0) return { client: null, preloads: [] };
      const roots = islands.map((file) => bundle.islands[file]!);
      const needed = withImports([bundle.client!, ...roots], bundle.imports);
      needed.delete(bundle.client!);
      return { client: at(bundle.client!), preloads: [...needed].map(at) };
    },
    serve: serveFiles(files, statics, version),
  };
}

function withImports(
  scripts: readonly string[],
  imports: Bundle["imports"],
): Set<string> {
  const all = new Set(scripts);
  for (const script of all) {
    for (const needed of imports[script] ?? []) all.add(needed);
  }
  return all;
}

/** The hash of names, contents and what else is given, in hexadecimal digits. */
export async function hashOf(files: Files, ...more: string[]): Promise<string> {
  const all = await new Blob([...more, ...[...files].flat()]).arrayBuffer();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex();
}

function serveFiles(files: Files, statics: Files, version: string): Hono {
  // All of them change with the version, which is made from all of them.
  const etag = `W/"${version}"`;
  const send = (c: Context, from: Files, caching: string) => {
    const path = c.req.param("path")!;
    const body = from.get(path);
    if (!body) return undefined;
    const headers = { etag, "cache-control": caching };
    const known = c.req.header("if-none-match")?.includes(version);
    if (known) return c.body(null, 304, headers);
    return c.body(body, 200, {
      ...headers,
      "content-type": getMimeType(path) ?? "application/octet-stream",
      "content-length": `${body.byteLength}`,
    });
  };
  const serve = new Hono();
  serve.get("/_/:version/:path{.+}", (c) => {
    const current = c.req.param("version") === version;
    const caching = current
      ? "public, max-age=31536000, immutable"
      : "no-store";
    return send(c, files, caching) ?? c.notFound();
  });
  // Files that are asked for by name: /favicon.ico, /robots.txt.
  serve.get("/:path{.+}", async (c, next) => {
    return send(c, statics, "no-cache") ?? await next();
  });
  return serve;
}
