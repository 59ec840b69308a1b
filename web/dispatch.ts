/** Takes a request through the middleware of its folders to its route, and errors back out. */
import {
  Context,
  type ContextInit,
  drawComponent,
  pageProps,
  setWrappers,
  type Wrappers,
  wrappersOf,
} from "./context.ts";
import { HttpError, statusOf } from "./http_error.ts";
import { type Match, matcher } from "./match.ts";
import type { Drawn, Folder, Routes } from "./routes.ts";
import { sameOrigin } from "./same_origin.ts";
import type { HandlerFn, Method, Middleware, PageResponse } from "./types.ts";

export interface DispatchOptions<State> {
  readonly routes: Routes<State>;
  readonly state: () => State;
  readonly config: ContextInit<State>["config"];
  readonly draw: ContextInit<State>["draw"];
  /** Told of everything that is answered with a status of 500 or more. */
  readonly onError: (error: unknown, ctx: Context<State>) => void;
}

export type Dispatch = (
  req: Request,
  info: Deno.ServeHandlerInfo,
) => Promise<Response>;

export function dispatcher<State>(options: DispatchOptions<State>): Dispatch {
  const { state, config, draw, onError } = options;
  const match = matcher(options.routes);
  return async (req, info) => {
    const url = new URL(req.url);
    const found = match(url.pathname);
    if (!found.route && match(withoutSlash(url.pathname)).route) {
      return moved(url);
    }
    const route = found.route?.pattern ?? null;
    const { params } = found;
    const ctx = new Context<State>(
      { req, url, info, params, route, state: state(), config, draw },
      nothingThere,
    );
    const response = await run(ctx, stepsTo(found, onError))
      .catch((error) => plainError(error, ctx, onError));
    return req.method === "HEAD" ? await withoutBody(response) : response;
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

function nothingThere(): Promise<Response> {
  return Promise.reject(new HttpError(404, "there is nothing at this address"));
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

function stepsTo<State>(
  { folder, route }: Match<State>,
  onError: DispatchOptions<State>["onError"],
): Middleware<State>[] {
  const folders: Folder<State>[] = [];
  for (let at: Folder<State> | null = folder; at; at = at.parent) {
    folders.unshift(at);
  }
  const notFound = folders[0]?.notFound;
  const steps = folders.flatMap((one) => [
    inside(one, notFound, onError),
    ...one.middleware,
  ]);
  return route ? [...steps, sameOrigin, (ctx) => answer(ctx, route)] : steps;
}

/** Puts a folder's layout around what is drawn further in, and its error pages before what is thrown. */
function inside<State>(
  folder: Folder<State>,
  notFound: Drawn<State> | undefined,
  onError: DispatchOptions<State>["onError"],
): Middleware<State> {
  return async (ctx) => {
    const before = wrappersOf(ctx);
    setWrappers(ctx, around(before, folder));
    try {
      return await ctx.next();
    } catch (error) {
      const status = statusOf(error);
      const page = status === 404 ? notFound ?? folder.error : folder.error;
      if (!page) throw error;
      if (status >= 500) onError(error, ctx);
      return await answer(ctx, page, status);
    } finally {
      setWrappers(ctx, before);
    }
  };
}

function around<State>(
  outer: Wrappers<State>,
  { app, layout }: Folder<State>,
): Wrappers<State> {
  const known = { ...outer, app: app?.component ?? outer.app };
  if (!layout?.component) return known;
  const { skipAppWrapper, skipInheritedLayouts } = layout.config;
  return {
    app: skipAppWrapper ? null : known.app,
    layouts: [...skipInheritedLayouts ? [] : known.layouts, layout.component],
  };
}

/** Answers by the handler of a route or, with the status of the error, of an error page. */
async function answer<State>(
  ctx: Context<State>,
  drawn: Drawn<State>,
  errorStatus?: number,
): Promise<Response> {
  const method = errorStatus === undefined ? ctx.req.method : "GET";
  const result = await handlerFor(method, drawn)(ctx);
  if (result instanceof Response) return result;
  ctx.data = result.data;
  if (!drawn.component) {
    throw new TypeError(`${ctx.route} answers with page(), but has no page`);
  }
  const props = pageProps(ctx, result.data);
  const page = await drawComponent(drawn.component, props);
  if (page instanceof Response) return page;
  const init: ResponseInit = { status: result.status ?? errorStatus ?? 200 };
  if (result.headers) init.headers = result.headers;
  return await ctx.render(page, init, drawn.config);
}

/** GET answers HEAD too, and a page needs no handler; what is not listed is not there. */
function handlerFor<State>(
  method: string,
  { handler, component }: Drawn<State>,
): HandlerFn<unknown, State> {
  if (typeof handler === "function") return handler;
  const byMethod = handler ?? {};
  const of = (name: string) =>
    Object.hasOwn(byMethod, name) ? byMethod[name as Method] : undefined;
  const reads = method === "GET" || method === "HEAD";
  const found = of(method) ?? (reads ? of("GET") : undefined);
  if (found) return found;
  return reads && component ? justThePage : nothingThere;
}

function justThePage(): PageResponse<unknown> {
  return { data: undefined };
}

/** For an error that no `_error.tsx` took. What a program threw is not for the reader's eyes. */
function plainError<State>(
  error: unknown,
  ctx: Context<State>,
  onError: DispatchOptions<State>["onError"],
): Response {
  const status = statusOf(error);
  if (status >= 500) onError(error, ctx);
  const text = status < 500 && error instanceof Error && error.message;
  return new Response(text || `Error ${status}`, { status });
}

/** The answer to HEAD; the body is cancelled, so that an endless one does not go on unread. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}
