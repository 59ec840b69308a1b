/** The web side as one Hono application: main.ts serves it, tests ask it directly. */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { filesBelow, makeAssets, readFiles } from "./assets.ts";
import { islandFiles, openBundle } from "./build.ts";
import { dispatcher } from "./dispatch.ts";
import type { Context } from "./fresh.ts";
import { registerIslands } from "./island.ts";
import { drawer } from "./render.ts";
import { readRoutes } from "./routes.ts";
import { setAddresses } from "./runtime.ts";
import { headers } from "./security.ts";

export interface AppOptions<State> {
  /** The folder that holds routes/, islands/ and static/; ends with a slash. */
  readonly root: URL;
  /** Called for each request: what its handlers, middleware and pages find as `state`. */
  readonly state: () => State;
  /** Where `deno task build` wrote to; `dist/` below the root unless told. */
  readonly dist?: URL;
  /** Told of what is answered with a status of 500 or more. */
  readonly onError: (error: unknown, ctx: Context<State>) => void;
  /** Told why the islands that are served are older than their sources. */
  readonly onStale: (why: string) => void;
}

/**
 * Reads routes/, islands/ and static/, and bundles the islands unless dist/ is up to date.
 * @throws {NotBuiltError} if there is no bundle and none can be made
 */
export async function createApp<State>(
  options: AppOptions<State>,
): Promise<Hono<{ Bindings: Partial<Deno.ServeHandlerInfo> }>> {
  const { root, dist = new URL("dist/", root) } = options;
  const bundle = await openBundle(root, dist, options.onStale);
  const folder = new URL("static/", root);
  const statics = await readFiles(folder, await filesBelow(folder));
  const assets = await makeAssets(statics, bundle);
  setAddresses(assets.address);
  for (const file of await islandFiles(root)) {
    registerIslands(file, await import(`${root}${file}`));
  }
  const dispatch = dispatcher<State>({
    ...options,
    routes: await readRoutes<State>(root),
    draw: drawer(assets),
  });
  // The server hands its info on as Hono's `env`; a request that came over no connection has none.
  const app = new Hono<{ Bindings: Partial<Deno.ServeHandlerInfo> }>()
    .use(compress(), headers)
    .route("/", assets.serve)
    .all("*", (c) => dispatch(c.req.raw, c.env));
  const { fetch } = app;
  app.fetch = (request, ...rest) =>
    refusalOf(request) ?? fetch(request, ...rest);
  return app;
}

/** What nothing further in can even look at. */
function refusalOf({ method, url }: Request): Response | undefined {
  // Hono looks handlers up by the method's name, and fails at "constructor", which every object has.
  if (method in Object.prototype) return new Response(null, { status: 405 });
  // The server takes any Host, and it becomes a part of the address.
  return URL.canParse(url) ? undefined : new Response(null, { status: 400 });
}
