/** The shapes of routes as Fresh 2 has them; `web/fresh.ts` hands out the public ones. */
import type { AnyComponent, VNode } from "preact";
import type { Context } from "./context.ts";

export type Method =
  | "HEAD"
  | "GET"
  | "POST"
  | "PATCH"
  | "PUT"
  | "DELETE"
  | "OPTIONS";

/** What `page(data)` makes: the page of the route is drawn from `data`. */
export interface PageResponse<Data> {
  data: Data;
  headers?: HeadersInit | undefined;
  status?: number | undefined;
}

export interface HandlerFn<Data, State> {
  (
    ctx: Context<State>,
  ):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

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

/** What a page, a layout and the app are drawn from. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

export interface LayoutConfig {
  /** Draw without the layouts of the folders above. */
  skipInheritedLayouts?: boolean;
  /** Draw without `routes/_app.tsx`. */
  skipAppWrapper?: boolean;
}

export interface RouteConfig extends LayoutConfig {
  /** A URLPattern pathname that takes the place of the one the file's name says. */
  routeOverride?: string;
}

/** A page, layout or app; only an `async function` may await, and may return a Response. */
export type RouteComponent<State> =
  | AnyComponent<PageProps<unknown, State>>
  | ((
    props: PageProps<unknown, State>,
  ) => Promise<VNode | Response | null>);
