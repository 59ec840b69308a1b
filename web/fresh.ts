/**
 * What the import map calls "fresh": the part of Fresh 2's module shapes that the routes are written
 * in, so that they run under `jsr:@fresh/core` unchanged (`deno task fresh`).
 */
import type { AnyComponent, FunctionComponent, VNode } from "preact";

export { HttpError } from "./runtime.ts";

/** What every handler and middleware is given: the request, and the ways to pass it on. */
export interface Context<State> {
  readonly req: Request;
  readonly url: URL;
  /** The pattern of the route that answers: `/symbols/:symbol`; null where none does. */
  readonly route: string | null;
  /** Where it comes from; empty for a request that came over no connection. */
  readonly info: Partial<Deno.ServeHandlerInfo>;
  /**
   * What the path says for each `[name]` of the route; `""` for an optional one that is absent. As
   * decodeURI gives it: `%3A`, `%2F` and the like stay encoded.
   */
  readonly params: Record<string, string>;
  readonly state: State;
  /** What was thrown further in; null while nothing was. */
  error: unknown;
  /** Passes the request on; rejects with what is thrown further in, HttpError 404 if nothing is there. */
  next(): Promise<Response>;
  /** Sends the browser elsewhere. Slashes are merged in a path, so that `//host` stays on this host. */
  redirect(pathOrUrl: string, status?: number): Response;
}

/** What `page(data)` makes: the page of the route is drawn from `data`. */
export interface PageResponse<Data> {
  data: Data;
  headers?: HeadersInit | undefined;
  status?: number | undefined;
}

type Answer<Data> = Response | PageResponse<Data>;

export type HandlerFn<Data, State> = (
  ctx: Context<State>,
) => Answer<Data> | Promise<Answer<Data>>;

type Method = "HEAD" | "GET" | "POST" | "PATCH" | "PUT" | "DELETE" | "OPTIONS";

export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** One function for every method, or one function a method. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** Runs around the routes of its folder; `ctx.next()` rejects with what they throw. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

/** What a page, a layout and the app are drawn from; the last two draw `Component` inside them. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<Context<State>, "url" | "req" | "params" | "state" | "error">
  & { data: Data; Component: FunctionComponent };

export type AsyncComponent<State> = (
  props: PageProps<unknown, State>,
) => Promise<VNode | Response | null>;

/** A page, layout or app; only an `async function` may await, and may return a Response. */
export type RouteComponent<State> =
  | AnyComponent<PageProps<unknown, State>>
  | AsyncComponent<State>;

/**
 * Makes the `define` of an application whose requests carry a `State`: functions that return what they
 * are given, and infer its types.
 */
export function createDefine<State>() {
  return {
    /** The `handler` of a route. */
    handlers: <
      Data,
      Handlers extends RouteHandler<Data, State> = RouteHandler<Data, State>,
    >(handlers: Handlers) => handlers,
    /** The page of a route; `define.page<typeof handler>` types its `data` by what the handler returns. */
    page: <
      // deno-lint-ignore no-explicit-any -- any data satisfies the constraint; the next line infers it
      Handler extends RouteHandler<any, State> = never,
      Data = Handler extends HandlerFn<infer D, State> ? D
        : Handler extends HandlerByMethod<infer D, State> ? D
        : never,
    >(render: AnyComponent<PageProps<Data, State>>) => render,
    /** The default export of a `_middleware.ts`: one function, or several, outermost first. */
    middleware: <M extends Middleware<State> | Middleware<State>[]>(
      middleware: M,
    ) => middleware,
  };
}

/** Returned by a handler: draw the page of this route from `data`. */
export function page<Data = undefined>(
  data?: Data,
  options: Omit<PageResponse<Data>, "data"> = {},
): PageResponse<Data> {
  return { data: data as Data, ...options };
}
