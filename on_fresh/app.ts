/**
 * The web side on Fresh itself. The import map of this folder puts it in the place of `web/app.ts`, so
 * that `main.ts`, routes and islands run as they are: `deno task fresh`.
 */
import {
  App,
  type Context,
  HttpError,
  type Middleware,
  staticFiles,
} from "fresh";
import { Builder } from "fresh/dev";
import { Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { type Kind, ProblemError, problemResponse } from "../api/problem.ts";
import { headers, sameOrigin } from "../web/security.ts";
import {
  leadsNowhere,
  methods,
  movedTo,
  readable,
  withNonce,
} from "./rules.ts";

export interface AppOptions<State> {
  /** The folder that holds routes/, islands/ and static/; ends with a slash. */
  readonly root: URL;
  /** Called for each request: what its handlers, middleware and pages find as `state`. */
  readonly state: () => State;
  /** Told of what is answered with a status of 500 or more. */
  readonly onError: (error: unknown, ctx: Context<State>) => void;
  /** Never called: Fresh bundles at each start. */
  readonly onStale: (why: string) => void;
}

type Env = { Variables: { nonce?: string }; Bindings: Deno.ServeHandlerInfo };

/** Bundles the islands, and answers with Fresh what `web/` answers without. */
export async function createApp<State extends object>(
  options: AppOptions<State>,
): Promise<Hono<Env>> {
  const app = new App<State>()
    .use(stateOf(options.state), told(options.onError), problems)
    .use(nothingThere, staticFiles(), sameOrigin)
    .fsRoutes();
  const builder = new Builder<State>({ root: options.root.href });
  (await builder.build({ snapshot: "memory" }))(app);
  const answer = app.handler();
  return new Hono<Env>().use(compress(), nonces, headers).all("*", async (c) => {
    const address = readable(c.req.url);
    const location = movedTo(new URL(address));
    if (location) return c.redirect(location, 308);
    const { raw } = c.req;
    // Fresh has no place for any other, and fails.
    if (!methods.includes(raw.method)) {
      return problem("method-not-allowed", raw);
    }
    const request = address === raw.url ? raw : new Request(address, raw);
    const response = await answer(request, infoOf(c.env));
    c.set("nonce", nonceOf(response));
    return response;
  });
}

/** Before anything else: whatever is drawn, error pages too, needs it. */
function stateOf<State extends object>(state: () => State): Middleware<State> {
  return (ctx) => {
    Object.assign(ctx.state, state());
    return ctx.next();
  };
}

/** Fresh's own error page keeps to itself what it was drawn for. */
function told<State>(onError: AppOptions<State>["onError"]): Middleware<State> {
  return async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      const expected = error instanceof HttpError && error.status < 500;
      if (!expected) onError(error, ctx);
      throw error;
    }
  };
}

function nothingThere<State>(ctx: Context<State>): Promise<Response> {
  if (leadsNowhere(new URL(ctx.req.url).pathname)) throw new HttpError(404);
  return ctx.next();
}

/** What is refused outside of the API's own middleware is a problem to programs too, not a page. */
async function problems<State>(ctx: Context<State>): Promise<Response> {
  try {
    return await ctx.next();
  } catch (error) {
    const known = error instanceof HttpError && kinds.get(error.status);
    if (!known || !ofApi.test(ctx.url.pathname)) throw error;
    return problem(known, ctx.req, error);
  }
}

const ofApi = /^\/api(?:\/|$)/;

const kinds = new Map<number, Kind>([
  [403, "cross-site"],
  [404, "not-found"],
  [405, "method-not-allowed"],
]);

function problem(kind: Kind, req: Request, cause?: Error): Response {
  const { pathname } = new URL(req.url);
  const detail = cause?.message || `There is no ${req.method} of ${pathname}`;
  return problemResponse(new ProblemError(kind, detail, { cause }), pathname);
}

/** Fresh's scripts start by an inline one: it is let in by the nonce that Fresh drew it with. */
const nonces: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  const policy = c.res.headers.get("content-security-policy");
  const nonce = c.get("nonce");
  if (!policy || !nonce) return;
  c.res.headers.set("content-security-policy", withNonce(policy, nonce));
};

function nonceOf(response: Response): string | undefined {
  const key = Symbol.for("__freshNonce");
  return (response as Response & { [key]?: string })[key];
}

/** The server hands its info on as Hono's `env`; a request made by `app.request()` has none. */
function infoOf(env: Env["Bindings"]): Deno.ServeHandlerInfo | undefined {
  return env && "remoteAddr" in env ? env : undefined;
}
