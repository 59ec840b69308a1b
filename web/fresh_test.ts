import assert from "node:assert/strict";
import { createDefine, HttpError, page, type PageProps } from "fresh";

interface State {
  house: string;
}
const define = createDefine<State>();

const handler = define.handlers({
  GET(ctx) {
    if (ctx.url.search) return ctx.redirect("/");
    return page({ house: ctx.state.house, rooms: [1, 2] });
  },
  POST: () => new Response(),
});

Deno.test("define gives back what it is given", () => {
  const drawn = () => null;
  assert.equal(define.page(drawn), drawn);
  assert.equal(handler.GET.name, "GET");
});

Deno.test("a page's data has the type that its handler returns", () => {
  define.page<typeof handler>(({ data, state, url }) => {
    const known: { house: string; rooms: number[] } = data;
    const text: string = data.house + state.house + url.pathname;
    // @ts-expect-error the handler returns no garden
    const unknown = data.garden;
    return [known.house, text, unknown];
  });
  define.page(async ({ data, params }) => {
    const nothing: never = data;
    await Promise.resolve();
    return [nothing, params.id satisfies string | undefined];
  });
  define.handlers((ctx) => {
    // @ts-expect-error no such state
    return new Response(ctx.state.garden);
  });
  // @ts-expect-error middleware answers with a Response
  define.middleware(() => "text");
  const props = {} as PageProps<{ id: string }, State>;
  const id: string | undefined = props.data?.id;
  assert.equal(id, undefined);
});

Deno.test("page() says data, status and headers", () => {
  assert.deepEqual(page({ a: 1 }, { status: 201, headers: { x: "y" } }), {
    data: { a: 1 },
    status: 201,
    headers: { x: "y" },
  });
  assert.equal(page().data, undefined);
});

Deno.test("HttpError has a status and keeps its cause", () => {
  const cause = new Error("deep");
  const error = new HttpError(503, "resting", { cause });
  assert.deepEqual(
    [error.name, error.status, error.message, error.cause],
    ["HttpError", 503, "resting", cause],
  );
});
