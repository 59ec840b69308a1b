/** Reads routes/: which file answers which path, and what stands around it. */
import { filesBelow } from "./assets.ts";
import type { Middleware, RouteComponent, RouteHandler } from "./fresh.ts";
import { byPrecision, patternOf } from "./match.ts";

/** A file that draws or answers: a route, or an error page. */
export interface Drawn<State> {
  readonly file: string;
  readonly handler: RouteHandler<unknown, State> | undefined;
  readonly component: RouteComponent<State> | undefined;
}

export interface Route<State> extends Drawn<State> {
  readonly pattern: string;
  readonly folder: Folder<State>;
}

/** A folder of routes/, and what it puts around the routes below it. */
export interface Folder<State> {
  /** `""`, `"api"`, `"(site)/news"`, … */
  readonly path: string;
  readonly parent: Folder<State> | null;
  middleware: readonly Middleware<State>[];
  layout?: Drawn<State>;
  error?: Drawn<State>;
  /** In the outermost folder only. */
  app?: Drawn<State>;
  notFound?: Drawn<State>;
}

export interface Routes<State> {
  /** The more exact pattern first. */
  readonly routes: readonly Route<State>[];
  readonly root: Folder<State>;
}

interface Module<State> {
  readonly default?: unknown;
  readonly handler?: RouteHandler<unknown, State>;
  readonly handlers?: RouteHandler<unknown, State>;
}

const special = /(?:^|\/)(_[^/]*)\.tsx?$/;

/** The files of routes/ that are modules of it: no tests, nothing of `(_components)` and the like. */
async function routeFiles(root: URL): Promise<string[]> {
  const files = await filesBelow(new URL("routes/", root));
  return files.filter((file) =>
    /\.tsx?$/.test(file) && !/[._]test\.tsx?$/.test(file) &&
    !/(?:^|\/)\(_/.test(file)
  );
}

export async function readRoutes<State>(root: URL): Promise<Routes<State>> {
  const folders = new Map<string, Folder<State>>();
  const routes: Route<State>[] = [];
  for (const file of await routeFiles(root)) {
    const module: Module<State> = await import(`${root}routes/${file}`);
    const folder = folderAt(folders, file.slice(0, file.lastIndexOf("/") + 1));
    const name = special.exec(file)?.[1];
    if (name) furnish(folder, name, module, file);
    else {
      const pattern = patternOf(file.replace(/\.tsx?$/, ""));
      routes.push({ ...drawnOf(module, file), pattern, folder });
    }
  }
  routes.sort((a, b) => byPrecision(a.pattern, b.pattern));
  refuseDoubles(routes);
  return { routes, root: folderAt(folders, "") };
}

function folderAt<State>(
  folders: Map<string, Folder<State>>,
  prefix: string,
): Folder<State> {
  const path = prefix.replace(/\/$/, "");
  const known = folders.get(path);
  if (known) return known;
  const parent = path === ""
    ? null
    : folderAt(folders, path.slice(0, path.lastIndexOf("/") + 1));
  const made: Folder<State> = { path, parent, middleware: [] };
  folders.set(path, made);
  return made;
}

function furnish<State>(
  folder: Folder<State>,
  name: string,
  module: Module<State>,
  file: string,
): void {
  if (name === "_middleware") folder.middleware = middlewareOf(module, file);
  else if (name === "_layout") folder.layout = drawnOf(module, file);
  else if (name === "_error") folder.error = drawnOf(module, file);
  else if (name === "_app" && !folder.parent) {
    folder.app = drawnOf(module, file);
  } else if (name === "_404" && !folder.parent) {
    folder.notFound = drawnOf(module, file);
  } else throw new Error(`routes/${file} has no meaning there`);
}

function middlewareOf<State>(
  module: Module<State>,
  file: string,
): Middleware<State>[] {
  const given = module.handler ?? module.handlers ?? module.default;
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.every((one) => typeof one === "function")) {
    return list as Middleware<State>[];
  }
  throw new TypeError(
    `routes/${file} must export a function or an array of functions, as default or as "handler"`,
  );
}

function drawnOf<State>(module: Module<State>, file: string): Drawn<State> {
  const handler = module.handler ?? module.handlers;
  const component = module.default as RouteComponent<State> | undefined;
  if (handler === undefined && typeof component !== "function") {
    throw new TypeError(
      `routes/${file} must export a component as default, or "handler"; what is neither stands elsewhere`,
    );
  }
  return { file, handler, component };
}

function refuseDoubles<State>(routes: readonly Route<State>[]): void {
  const seen = new Map<string, string>();
  for (const { pattern, file } of routes) {
    const other = seen.get(pattern);
    if (other) {
      throw new Error(
        `routes/${file} and routes/${other} both answer ${pattern}`,
      );
    }
    seen.set(pattern, file);
  }
}
