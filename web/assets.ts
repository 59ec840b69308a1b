/** What the browser loads: static/ and the scripts, at addresses that change with the contents. */
import { type Context, Hono } from "hono";
import { getMimeType } from "hono/utils/mime";
import type { Bundle, Files } from "./build.ts";

export interface Assets {
  /** The address of a file of static/, given as `/name`. */
  readonly address: (path: string) => string;
  /** The address of the script of an island's file. */
  readonly scriptOf: (island: string) => string;
  /** The script that brings islands to life, and what it will import; nothing for no islands. */
  readonly scriptsFor: (
    islands: readonly string[],
  ) => { client: string | null; preloads: string[] };
  readonly serve: Hono;
}

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

export async function readFolder(dir: URL): Promise<Files> {
  const found: Files = new Map();
  for (const file of await filesBelow(dir)) {
    found.set(file, await Deno.readFile(new URL(file, dir)));
  }
  return found;
}

export async function makeAssets(
  statics: Files,
  bundle: Bundle,
): Promise<Assets> {
  const files: Files = new Map([...statics, ...bundle.files]);
  const version = (await hashOf([...files].flat())).slice(0, 12);
  const at = (name: string) => `/_/${version}/${name}`;
  const scriptOf = (island: string) => at(bundle.islands[island]!);
  return {
    address: (path) => {
      if (statics.has(path.slice(1))) return at(path.slice(1));
      throw new Error(`asset("${path}"): there is no static${path}`);
    },
    scriptOf,
    scriptsFor: (islands) => {
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

/** The hash of all that is given, in hexadecimal digits. */
export async function hashOf(parts: BlobPart[]): Promise<string> {
  const all = await new Blob(parts).arrayBuffer();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex();
}

function serveFiles(files: Files, statics: Files, version: string): Hono {
  const serve = new Hono();
  serve.get("/_/:version/:path{.+}", (c) => {
    const current = c.req.param("version") === version;
    const caching = current
      ? "public, max-age=31536000, immutable"
      : "no-store";
    return send(c, files, c.req.param("path"), caching) ?? c.notFound();
  });
  // Files that are asked for by name: /favicon.ico, /robots.txt.
  serve.get(
    "/:path{.+}",
    async (c, next) =>
      send(c, statics, c.req.param("path"), "no-cache") ?? await next(),
  );
  return serve;
}

function send(
  c: Context,
  files: Files,
  path: string,
  caching: string,
): Response | undefined {
  const body = files.get(path);
  return body && c.body(body, 200, {
    "content-type": getMimeType(path) ?? "application/octet-stream",
    "cache-control": caching,
  });
}
