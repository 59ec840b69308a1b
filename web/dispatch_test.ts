import assert from "node:assert/strict";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { dispatcher, redirect } from "./dispatch.ts";
import {
  type HandlerFn,
  HttpError,
  type Middleware,
  type PageProps,
  type RouteHandler,
} from "./fresh.ts";
import type { Drawn, Folder, Route } from "./routes.ts";

type State = { steps: string[] };

const folder = (
  path: string,
  parent: Folder<State> | null,
  parts: Partial<Folder<State>> = {},
): Folder<State> => ({ path, parent, middleware: [], ...parts });

const drawn = (parts: Partial<Drawn<State>>): Drawn<State> => ({
  file: "x.tsx",
  handler: undefined,
  component: undefined,
  ...parts,
});

const route = (
  within: Folder<State>,
  pattern: string,
  handler: RouteHandler<unknown, State>,
): Route<State> => ({
  ...drawn({ handler }),
  pattern,
  folder: within,
});

/** Asks an application of these routes; its errors are listed in `errors`. */
function site(...routes: Route<State>[]) {
  const errors: unknown[] = [];
  let root = routes[0]!.folder;
  while (root.parent) root = root.parent;
  const dispatch = dispatcher<State>({
    routes: { routes, root },
    state: () => ({ steps: [] }),
    draw: (vnode) => renderToString(vnode!),
    onError: (error) => errors.push(error),
  });
  const ask = async (path: string, method = "GET") => {
    const req = new Request(`http://box${path}`, { method });
    const response = await dispatch(req);
    return { status: response.status, text: await response.text(), response };
  };
  return { ask, errors };
}

const step = (name: string): Middleware<State> => async (ctx) => {
  ctx.state.steps.push(name);
  const response = await ctx.next();
  ctx.state.steps.push(`${name}'`);
  response.headers.append("x-steps", ctx.state.steps.join(" "));
  return response;
};

Deno.test("middleware runs outermost first, and back", async () => {
  const root = folder("", null, { middleware: [step("a"), step("b")] });
  const inner = folder("in", root, { middleware: [step("c")] });
  const { ask } = site(
    route(inner, "/in/x", (ctx) => new Response(ctx.state.steps.join(" "))),
  );
  const { text, response } = await ask("/in/x");
  assert.equal(text, "a b c");
  assert.match(response.headers.get("x-steps")!, /a b c c' b' a'$/);
});

Deno.test("middleware may answer by itself", async () => {
  const refuse: Middleware<State> = () => new Response("no", { status: 401 });
  const root = folder("", null, { middleware: [refuse] });
  const { ask } = site(route(root, "/", () => assert.fail("was called")));
  assert.equal((await ask("/")).status, 401);
});

Deno.test("next() rejects with what is thrown further in, and ctx.error holds it", async () => {
  const seen: unknown[] = [];
  const catching: Middleware<State> = async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      seen.push(error, ctx.error);
      return Response.json({ caught: true });
    }
  };
  const api = folder("api", folder("", null), { middleware: [catching] });
  const failure = new HttpError(422, "not so");
  const { ask, errors } = site(route(api, "/api/x", () => {
    throw failure;
  }));
  assert.equal((await ask("/api/x")).text, '{"caught":true}');
  assert.deepEqual(seen, [failure, failure]);
  assert.deepEqual(errors, []);
});

Deno.test("what has no route passes the middleware of the outermost folder alone, and a method that is not there is told those that are", async () => {
  const seen: string[] = [];
  const watch = (name: string): Middleware<State> => async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      seen.push(`${name} ${(error as HttpError).status} ${ctx.url.pathname}`);
      throw error;
    }
  };
  const root = folder("", null, { middleware: [watch("root")] });
  const api = folder("api", root, { middleware: [watch("api")] });
  const inner = folder("api/in", api, { middleware: [watch("inner")] });
  const { ask } = site(
    route(api, "/api/x", { GET: () => new Response() }),
    route(inner, "/api/in/x", {
      GET() {
        throw new HttpError(404);
      },
    }),
  );
  for (const path of ["/api/in/none", "/api/none", "/api", "/none"]) {
    assert.equal((await ask(path)).status, 404);
  }
  assert.equal((await ask("/api/x", "POST")).status, 405);
  assert.equal((await ask("/api/x", "OPTIONS")).status, 204);
  assert.equal((await ask("/api/in/x")).status, 404);
  assert.deepEqual(seen, [
    ...["root 404 /api/in/none", "root 404 /api/none", "root 404 /api"],
    ...["root 404 /none"],
    ...["inner 404 /api/in/x", "api 404 /api/in/x", "root 404 /api/in/x"],
  ]);
});

Deno.test("HEAD is answered by GET, without the body, which ends", async () => {
  let ended = false;
  const body = () =>
    new ReadableStream<Uint8Array>({ cancel: () => void (ended = true) });
  const root = folder("", null);
  const { ask } = site(
    route(root, "/x", {
      GET: () => new Response(body(), { headers: { "x-a": "b" } }),
    }),
  );
  const { status, text, response } = await ask("/x", "HEAD");
  assert.deepEqual([status, text], [200, ""]);
  assert.equal(response.headers.get("x-a"), "b");
  assert.equal(ended, true);
});

Deno.test("an own HEAD handler, or one function for all methods, is asked first", async () => {
  const root = folder("", null);
  const methods: string[] = [];
  const note: HandlerFn<unknown, State> = (ctx) => {
    methods.push(ctx.req.method);
    return new Response();
  };
  const { ask } = site(
    route(root, "/one", { HEAD: note, GET: () => assert.fail("was called") }),
    route(root, "/all", note),
  );
  await ask("/one", "HEAD");
  for (const method of ["GET", "HEAD", "PATCH"]) await ask("/all", method);
  assert.deepEqual(methods, ["HEAD", "GET", "HEAD", "PATCH"]);
});

Deno.test("the nearest error page answers, inside the wrappers of its folder", async () => {
  const wrap = (tag: string) =>
    drawn({
      component: ({ Component }: PageProps) => h(tag, null, h(Component, null)),
    });
  const page = (name: string) =>
    drawn({
      component: ({ error }: { error: unknown }) =>
        h("p", null, `${name}: ${(error as Error).message}`),
    });
  const root = folder("", null, { app: wrap("main"), error: page("root") });
  const deep = folder("deep", root, { layout: wrap("i"), error: page("deep") });
  const { ask, errors } = site(
    route(root, "/fails", () => {
      throw new Error("one");
    }),
    route(deep, "/deep/fails", () => {
      throw new HttpError(418, "two");
    }),
  );
  const outer = await ask("/fails");
  assert.deepEqual(
    [outer.status, outer.text],
    [500, "<main><p>root: one</p></main>"],
  );
  const inner = await ask("/deep/fails");
  assert.deepEqual(
    [inner.status, inner.text],
    [418, "<main><i><p>deep: two</p></i></main>"],
  );
  assert.deepEqual(errors.map(String), ["Error: one"]);
  const posted = await ask("/none", "POST");
  assert.equal(posted.text, "<main><p>root: </p></main>");
  assert.equal(posted.status, 404);
});

Deno.test("_404 answers what is not there, inside the layouts of where that was found", async () => {
  const notFound = drawn({ component: () => h("p", null, "lost") });
  const error = drawn({ component: () => h("p", null, "failed") });
  const layout = drawn({
    component: ({ Component }: PageProps) => h("i", null, h(Component, null)),
  });
  const root = folder("", null, { notFound });
  const deep = folder("deep", root, { error, layout });
  const { ask } = site(route(deep, "/deep/x", {
    POST() {
      throw new HttpError(404);
    },
  }));
  for (const path of ["/none", "/deep/none"]) {
    const { status, text } = await ask(path);
    assert.deepEqual([status, text], [404, "<p>lost</p>"]);
  }
  const { status, text } = await ask("/deep/x", "POST");
  assert.deepEqual([status, text], [404, "<i><p>lost</p></i>"]);
});

Deno.test("without error pages the text tells nothing of a program's errors", async () => {
  const root = folder("", null);
  const fail = (error: Error) => () => {
    throw error;
  };
  const { ask, errors } = site(
    route(root, "/secret", fail(new Error("secret"))),
    route(root, "/rest", fail(new HttpError(503, "secret"))),
    route(root, "/mine", fail(new HttpError(409, "for you"))),
    route(root, "/pageless", () => ({ data: 1 })),
  );
  assert.equal((await ask("/secret")).text, "Error 500");
  assert.equal((await ask("/rest")).text, "Error 503");
  assert.equal((await ask("/mine")).text, "for you");
  assert.equal((await ask("/pageless")).status, 500);
  assert.deepEqual(errors.map((error) => (error as Error).message), [
    "secret",
    "secret",
    "routes/x.tsx answers with page(), but has no page",
  ]);
});

Deno.test("a slash at the end leads to the address without, on this host", async () => {
  const root = folder("", null);
  const { ask } = site(
    route(root, "/about", () => new Response("about")),
    route(root, "/:any*", () => new Response("any")),
  );
  const about = site(route(root, "/about", () => new Response("about")));
  const { status, response } = await about.ask("/about/?a=b");
  assert.equal(status, 308);
  assert.equal(response.headers.get("location"), "/about?a=b");
  assert.equal((await about.ask("/none/")).status, 404);
  const foreign = await ask("//evil.example/");
  assert.equal(
    foreign.response.headers.get("location")?.startsWith("//"),
    undefined,
  );
});

Deno.test("a redirect to a path stays on this host", () => {
  const location = (to: string) => redirect(to).headers.get("location");
  assert.equal(location("/a?to=//b#//c"), "/a?to=//b#//c");
  assert.equal(location("//evil.example/a"), "/evil.example/a");
  assert.equal(location("/\\evil.example"), "/evil.example");
  assert.equal(
    location("https://other.example//a"),
    "https://other.example//a",
  );
  assert.equal(redirect("/a").status, 302);
  assert.equal(redirect("/a", 303).status, 303);
});
