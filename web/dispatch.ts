/** Takes a request through the middleware of its folders to its route, and errors back out. */
import type { AppOptions } from "./app.ts";
import {
  type Context,
  type HandlerFn,
  type Middleware,
  page,
} from "./fresh.ts";
import { type Match, matcher } from "./match.ts";
import { type Draw, drawPage } from "./render.ts";
import type { Drawn, Folder, Route, Routes } from "./routes.ts";
import { HttpError } from "./runtime.ts";
import { sameOrigin } from "./security.ts";

export interface DispatchOptions<State>
  extends Pick<AppOptions<State>, "state" | "onError"> {
  readonly routes: Routes<State>;
  readonly draw: Draw;
}

export function dispatcher<State>(options: DispatchOptions<State>) {
  const match = matcher(options.routes.routes);
  return async (
    req: Request,
    info: Partial<Deno.ServeHandlerInfo> = {},
  ): Promise<Response> => {
    const url = new URL(req.url);
    const found = match(url.pathname);
    if (!found && match(withoutSlash(url.pathname))) return moved(url);
    const params = found?.params ?? {};
    const state = options.state();
    const next = nothingThere;
    const route = found?.route.pattern ?? null;
    const asked = { req, url, route, info, params };
    const ctx = { ...asked, state, error: null, next, redirect };
    const response = await run(ctx, stepsTo(found, req.method, options))
      .catch((error) => plainError(error, ctx, options));
    if (req.method !== "HEAD") return response;
    // An endless body must not go on unread.
    await response.body?.cancel();
    return new Response(null, response);
  };
}

/** `/about/` is `/about`: one address for one page. */
function withoutSlash(path: string): string {
  return path === "/" ? path : path.replace(/\/+$/, "");
}

function moved(url: URL): Response {
  const location = withoutSlash(url.pathname).replace(/^[/\\]+/, "/") +
    url.search;
  return new Response(null, { status: 308, headers: { location } });
}

export function redirect(pathOrUrl: string, status = 302): Response {
  const [path = "", rest = ""] = pathOrUrl.split(/(?=[?#])(.*)/s);
  const location = path.startsWith("/")
    ? path.replaceAll(/[/\\]+/g, "/") + rest
    : pathOrUrl;
  return new Response(null, { status, headers: { location } });
}

function nothingThere(): Promise<Response> {
  return Promise.reject(new HttpError(404));
}

/** Runs `steps`, the outermost first; each passes on by `ctx.next()`. */
function run<State>(
  ctx: Context<State>,
  steps: readonly Middleware<State>[],
): Promise<Response> {
  const from = async (index: number): Promise<Response> => {
    const step = steps[index] ?? nothingThere;
    ctx.next = () => from(index + 1);
    try {
      return await step(ctx);
    } catch (error) {
      ctx.error = error;
      throw error;
    }
  };
  return from(0);
}

/** As Fresh has it, only what stands in the outermost folder is asked where no route answers. */
function stepsTo<State>(
  found: Match<Route<State>> | null,
  method: string,
  options: DispatchOptions<State>,
): Middleware<State>[] {
  const around = (folder: Folder<State>) => [
    inside(folder, options),
    ...folder.middleware,
  ];
  if (!found) return around(options.routes.root);
  const { route } = found;
  const handler = handlerFor(method, route) ?? otherMethod(method, route);
  return [
    ...wayTo(route.folder).flatMap(around),
    sameOrigin,
    (ctx) => answer(ctx, route, handler, route.folder, options),
  ];
}

/** The folders around a folder and itself, the outermost first. */
function wayTo<State>(folder: Folder<State>): Folder<State>[] {
  return folder.parent ? [...wayTo(folder.parent), folder] : [folder];
}

/** Puts a folder's error pages before what is thrown further in. */
function inside<State>(
  folder: Folder<State>,
  options: DispatchOptions<State>,
): Middleware<State> {
  return async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      const status = statusOf(error);
      const notFound = status === 404 && options.routes.root.notFound;
      const shown = notFound || folder.error;
      if (!shown) throw error;
      if (status >= 500) options.onError(error, ctx);
      const handler = handlerFor("GET", shown) ?? nothingThere;
      return await answer(ctx, shown, handler, folder, options, status);
    }
  };
}

/** Answers by a handler and, where it returns a page, draws it inside what its folder puts around. */
async function answer<State>(
  ctx: Context<State>,
  { component, file }: Drawn<State>,
  handler: HandlerFn<unknown, State>,
  folder: Folder<State>,
  { draw }: DispatchOptions<State>,
  usual = 200,
): Promise<Response> {
  const result = await handler(ctx);
  if (result instanceof Response) return result;
  if (!component) {
    throw new TypeError(`routes/${file} answers with page(), but has no page`);
  }
  const around = wayTo(folder)
    .flatMap(({ app, layout }) => [app?.component, layout?.component])
    .filter((one) => one !== undefined);
  const html = await drawPage([...around, component], ctx, result.data, draw);
  if (html instanceof Response) return html;
  const headers = new Headers(result.headers);
  const body = new TextEncoder().encode(html);
  headers.set("content-type", "text/html; charset=utf-8");
  headers.set("content-length", `${body.length}`);
  return new Response(body, { status: result.status ?? usual, headers });
}

/** GET answers HEAD too, and a page needs no handler; what is not listed is not there. */
function handlerFor<State>(
  method: string,
  { handler, component }: Drawn<State>,
): HandlerFn<unknown, State> | undefined {
  if (typeof handler === "function") return handler;
  const byMethod = handler ?? {};
  const of = (name: string) =>
    Object.hasOwn(byMethod, name)
      ? byMethod[name as keyof typeof byMethod]
      : undefined;
  const reads = method === "GET" || method === "HEAD";
  return of(method) ??
    (reads ? of("GET") ?? (component && (() => page())) : undefined);
}

/** For a method that a route has not: OPTIONS is told those that it has, the others are refused. */
function otherMethod<State>(
  method: string,
  route: Drawn<State>,
): HandlerFn<unknown, State> {
  const known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    .filter((name) => handlerFor(name, route));
  const headers = { allow: [...known, "OPTIONS"].join(", ") };
  return () => {
    if (method === "OPTIONS") {
      return new Response(null, { status: 204, headers });
    }
    const text = `${method} is not allowed here; allowed: ${headers.allow}`;
    return new Response(text, { status: 405, headers });
  };
}

/** The status that an error is answered with: its own, or 500 for whatever is not an HttpError. */
function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}

/** For an error that no `_error.tsx` took. What a program threw is not for the reader's eyes. */
function plainError<State>(
  error: unknown,
  ctx: Context<State>,
  { onError }: DispatchOptions<State>,
): Response {
  const status = statusOf(error);
  if (status >= 500) onError(error, ctx);
  const text = status < 500 && error instanceof Error && error.message;
  return new Response(text || `Error ${status}`, { status });
}
