/** What every handler and middleware is given: the request, and the ways to answer it. */
import { type FunctionComponent, h, isValidElement, type VNode } from "preact";
import type { LayoutConfig, PageProps, RouteComponent } from "./types.ts";

export interface FreshConfig {
  /** The folder that holds `routes/`, as a file: URL. */
  readonly root: string;
  /** Always empty: the application is served from the root of its host. */
  readonly basePath: string;
  readonly mode: "development" | "production";
}

/** What is drawn around a page: the layouts, outermost first, inside the app. */
export interface Wrappers<State> {
  readonly app: RouteComponent<State> | null;
  readonly layouts: readonly RouteComponent<State>[];
}

/** The wrappers in force for a context; they change while the request passes from folder to folder. */
const wrappers = new WeakMap<object, unknown>();

export function wrappersOf<State>(ctx: Context<State>): Wrappers<State> {
  return wrappers.get(ctx) as Wrappers<State> ?? { app: null, layouts: [] };
}

export function setWrappers<State>(
  ctx: Context<State>,
  around: Wrappers<State>,
): void {
  wrappers.set(ctx, around);
}

/** What the router knows of a request. */
export interface ContextInit<State> {
  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly params: Record<string, string>;
  readonly route: string | null;
  readonly state: State;
  readonly config: FreshConfig;
  /** Draws a document. */
  readonly draw: (vnode: VNode | null, url: URL) => string;
}

/** One for each request. */
export class Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly params: Record<string, string>;
  /** The pattern that matched, such as `/symbols/:symbol`; null when none did. */
  readonly route: string | null;
  readonly state: State;
  readonly config: FreshConfig;
  /** Partials are not there. */
  readonly isPartial: boolean = false;
  data: unknown = undefined;
  /** What was thrown further in; null while nothing was. */
  error: unknown = null;
  Component: FunctionComponent = () => null;
  /** Passes the request on; rejects with what is thrown further in, HttpError 404 if nothing is there. */
  next: () => Promise<Response>;
  readonly #draw: ContextInit<State>["draw"];

  constructor(init: ContextInit<State>, next: () => Promise<Response>) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.params = init.params;
    this.route = init.route;
    this.state = init.state;
    this.config = init.config;
    this.next = next;
    this.#draw = init.draw;
  }

  /** Sends the browser elsewhere. Slashes are merged in a path, so that `//host` stays on this host. */
  redirect(pathOrUrl: string, status = 302): Response {
    const [path = "", rest = ""] = pathOrUrl.split(/(?=[?#])(.*)/s);
    const location = path.startsWith("/")
      ? path.replaceAll(/[/\\]+/g, "/") + rest
      : pathOrUrl;
    return new Response(null, { status, headers: { location } });
  }

  /** Draws `vnode` inside the layouts and the app. */
  async render(
    vnode: VNode | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new TypeError("ctx.render() was given what is not JSX");
    }
    const { app, layouts } = wrappersOf(this);
    const around = [
      ...config.skipAppWrapper || !app ? [] : [app],
      ...config.skipInheritedLayouts ? [] : layouts,
    ];
    let inner: VNode | null = vnode;
    for (const component of around.reverse()) {
      const child = inner;
      const drawn = await drawComponent(component, {
        ...pageProps(this, undefined),
        Component: () => child,
      });
      if (drawn instanceof Response) return drawn;
      inner = drawn;
    }
    return this.html(this.#draw(inner, this.url), init);
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Sends text or bytes as they come. When the reader leaves, the iterable's `return` is called. */
  stream<Chunk extends string | Uint8Array>(
    source:
      | Iterable<Chunk>
      | AsyncIterable<Chunk>
      | (() => Iterable<Chunk> | AsyncIterable<Chunk>),
    init?: ResponseInit,
  ): Response {
    const chunks = typeof source === "function" ? source() : source;
    const encoder = new TextEncoder();
    const body = ReadableStream.from(chunks).pipeThrough(
      new TransformStream<Chunk, Uint8Array>({
        transform: (chunk, out) =>
          out.enqueue(
            typeof chunk === "string" ? encoder.encode(chunk) : chunk,
          ),
      }),
    );
    return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, init);
  }
}

/** What a component is drawn from. */
export function pageProps<Data, State>(
  ctx: Context<State>,
  data: Data,
): PageProps<Data, State> {
  const { config, url, req, params, info, state, isPartial, error, route } =
    ctx;
  return {
    config,
    url,
    req,
    params,
    info,
    state,
    isPartial,
    error,
    route,
    data,
    Component: () => null,
  };
}

/** An element of `component`; an async one is run at once, because drawing itself does not wait. */
export async function drawComponent<State>(
  component: RouteComponent<State>,
  props: PageProps<unknown, State>,
): Promise<VNode | Response | null> {
  if (component.constructor.name !== "AsyncFunction") {
    return h(component as FunctionComponent<typeof props>, props) as VNode;
  }
  const run = component as (given: typeof props) => unknown;
  return await run(props) as VNode | Response | null;
}
