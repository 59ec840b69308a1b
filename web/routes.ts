/** Reads routes/: which file answers which path, and what stands around it. */
import { modulesBelow } from "./assets.ts";
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

export async function readRoutes<State>(root: URL): Promise<Routes<State>> {
  const folders = new Map<string, Folder<State>>();
  const routes: Route<State>[] = [];
  for (const file of await modulesBelow(new URL("routes/", root))) {
    // What stands in `(_components)` and the like is no route.
    if (/(?:^|\/)\(_/.test(file)) continue;
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
  return folders.getOrInsertComputed(prefix.replace(/\/$/, ""), (path) => {
    const above = path.slice(0, path.lastIndexOf("/") + 1);
    const parent = path === "" ? null : folderAt(folders, above);
    return { path, parent, middleware: [] };
  });
}

function furnish<State>(
  folder: Folder<State>,
  name: string,
  module: Module<State>,
  file: string,
): void {
  const part = anywhere[name] ?? (folder.parent ? undefined : outermost[name]);
  if (part) folder[part] = drawnOf(module, file);
  else if (name === "_middleware") {
    folder.middleware = middlewareOf(module, file);
  } else throw new Error(`routes/${file} has no meaning there`);
}

type Part = "app" | "notFound" | "layout" | "error";

const anywhere: Record<string, Part> = { _layout: "layout", _error: "error" };
const outermost: Record<string, Part> = { _app: "app", _404: "notFound" };

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
  for (const [pattern, same] of Map.groupBy(routes, ({ pattern }) => pattern)) {
    if (same.length === 1) continue;
    const files = same.map(({ file }) => `routes/${file}`).join(" and ");
    throw new Error(`${files} both answer ${pattern}`);
  }
}
