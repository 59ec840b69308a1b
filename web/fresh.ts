/**
 * What the import map calls "fresh": the part of Fresh 2's module shapes that the routes are written
 * in, so that they run under `jsr:@fresh/core` unchanged.
 */
import type { AnyComponent } from "preact";
import type {
  HandlerByMethod,
  HandlerFn,
  Middleware,
  PageProps,
  PageResponse,
  RouteHandler,
} from "./types.ts";

export { HttpError } from "./http_error.ts";
export type { Context, Context as FreshContext } from "./context.ts";
export type {
  HandlerByMethod,
  HandlerFn,
  LayoutConfig,
  Method,
  Middleware,
  PageProps,
  PageResponse,
  RouteConfig,
  RouteHandler,
} from "./types.ts";

/** Functions that return what they are given, and infer its types. */
export interface Define<State> {
  /** The `handler` of a route. */
  handlers<
    Data,
    Handlers extends RouteHandler<Data, State> = RouteHandler<Data, State>,
  >(handlers: Handlers): Handlers;
  /** The page of a route; `define.page<typeof handler>` types its `data` by what the handler returns. */
  page<
    // deno-lint-ignore no-explicit-any -- any data satisfies the constraint; the next line infers it
    Handler extends RouteHandler<any, State> = never,
    Data = Handler extends HandlerFn<infer D, State> ? D
      : Handler extends HandlerByMethod<infer D, State> ? D
      : never,
  >(
    render: AnyComponent<PageProps<Data, State>>,
  ): AnyComponent<PageProps<Data, State>>;
  /** The default export of a `_middleware.ts`: one function, or several, outermost first. */
  middleware<M extends Middleware<State> | Middleware<State>[]>(
    middleware: M,
  ): M;
  /** The default export of `_layout.tsx` and `_app.tsx`. */
  layout(
    render: AnyComponent<PageProps<unknown, State>>,
  ): AnyComponent<PageProps<unknown, State>>;
}

/** Makes the `define` of an application whose requests carry a `State`. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (render) => render,
    middleware: (middleware) => middleware,
    layout: (render) => render,
  };
}

/** Returned by a handler: draw the page of this route from `data`. */
export function page(): PageResponse<undefined>;
export function page<Data>(
  data: Data,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<Data>;
export function page<Data>(
  data?: Data,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<Data | undefined> {
  return { data, headers: options?.headers, status: options?.status };
}
