/** The web side as one Hono application: main.ts serves it, tests ask it directly. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { setAddresses } from "./asset.ts";
import { makeAssets, readFolder } from "./assets.ts";
import { bundleIslands, islandFiles } from "./bundle.ts";
import type { Context } from "./context.ts";
import { dispatcher } from "./dispatch.ts";
import { readDist } from "./dist.ts";
import { registerIslands } from "./island.ts";
import { live, liveScript } from "./live.ts";
import { drawer } from "./render.ts";
import { readRoutes } from "./routes.ts";

export interface AppOptions<State> {
  /** The folder that holds routes/, islands/ and static/; ends with a slash. */
  readonly root: URL;
  /** Called for each request: what its handlers, middleware and pages find as `state`. */
  readonly state: () => State;
  /** Pages reload themselves when the server was restarted; false unless told. */
  readonly dev?: boolean;
  /** Where `deno task build` wrote to; `dist/` below the root unless told, false to bundle anyway. */
  readonly dist?: URL | false;
  /** Told of what is answered with a status of 500 or more; `console.error` unless told. */
  readonly onError?: (error: unknown, ctx: Context<State>) => void;
}

/** Reads routes/, islands/ and static/, and bundles the islands unless dist/ is up to date. */
export async function createApp<State>(
  options: AppOptions<State>,
): Promise<Hono> {
  const { root, state, dev = false } = options;
  const dist = options.dist ?? new URL("dist/", root);
  const built = dist ? await readDist(root, dist) : null;
  const bundle = built ?? await bundleIslands(root);
  const statics = await readFolder(new URL("static/", root));
  const assets = await makeAssets(statics, bundle);
  setAddresses(assets.address);
  for (const file of await islandFiles(root)) {
    registerIslands(file, await import(`${root}${file}`));
  }
  const dispatch = dispatcher<State>({
    routes: await readRoutes<State>(root),
    state,
    config: {
      root: root.href,
      basePath: "",
      mode: dev ? "development" : "production",
    },
    draw: drawer(assets, dev ? [liveScript] : []),
    onError: options.onError ?? ((error) => console.error(error)),
  });
  const app = new Hono().use(headers()).route("/", assets.serve);
  if (dev) app.route("/", live);
  app.all("*", (c) => dispatch(c.req.raw, infoOf(c.env)));
  return app;
}

/** Nothing but this site's own files runs, and no other site may frame it. */
function headers() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      styleSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    // With "no-referrer" a form would be sent with `Origin: null`, which web/same_origin.ts refuses.
    referrerPolicy: "same-origin",
    // Whether this host is always reached by https is for the proxy in front of it to say.
    strictTransportSecurity: false,
  });
}

/** Deno.serve hands its info on as Hono's `env`; a request made by `app.request()` has none. */
function infoOf(env: unknown): Deno.ServeHandlerInfo {
  if (typeof env === "object" && env !== null && "remoteAddr" in env) {
    return env as Deno.ServeHandlerInfo;
  }
  return {
    remoteAddr: { transport: "tcp", hostname: "localhost", port: 0 },
    completed: Promise.resolve(),
  };
}
