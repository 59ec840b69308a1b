import assert from "node:assert/strict";
import { h, type VNode } from "preact";
import { Context } from "./context.ts";

const draw = (vnode: VNode | null) => `drawn ${vnode?.type}`;

function context(): Context<object> {
  const req = new Request("http://box/x?a=b");
  return new Context({
    req,
    url: new URL(req.url),
    info: {} as Deno.ServeHandlerInfo,
    params: {},
    route: "/x",
    state: {},
    config: { root: "file:///", basePath: "", mode: "production" },
    draw,
  }, () => Promise.resolve(new Response()));
}

Deno.test("a redirect to a path stays on this host", () => {
  const location = (to: string) =>
    context().redirect(to).headers.get("location");
  assert.equal(location("/a?to=//b#//c"), "/a?to=//b#//c");
  assert.equal(location("//evil.example/a"), "/evil.example/a");
  assert.equal(location("/\\evil.example"), "/evil.example");
  assert.equal(
    location("https://other.example//a"),
    "https://other.example//a",
  );
  assert.equal(context().redirect("/a").status, 302);
  assert.equal(context().redirect("/a", 303).status, 303);
});

Deno.test("text, html and json say what they are", async () => {
  const ctx = context();
  const init = { status: 201, headers: { "x-a": "b" } };
  const answers = [
    [ctx.text("t", init), "text/plain;charset=UTF-8", "t"],
    [ctx.html("<p>", init), "text/html; charset=utf-8", "<p>"],
    [ctx.json({ a: 1 }, init), "application/json", '{"a":1}'],
  ] as const;
  for (const [response, type, body] of answers) {
    assert.equal(response.headers.get("content-type"), type);
    assert.equal(response.headers.get("x-a"), "b");
    assert.equal(response.status, 201);
    assert.equal(await response.text(), body);
  }
});

Deno.test("stream sends chunks as they come, and ends its source with its reader", async () => {
  let ended = false;
  async function* source() {
    try {
      yield "one";
      yield new TextEncoder().encode("two");
      await new Promise(() => {});
    } finally {
      ended = true;
    }
  }
  const reader = context().stream(source).body!.getReader();
  const text = new TextDecoder();
  assert.equal(text.decode((await reader.read()).value), "one");
  assert.equal(text.decode((await reader.read()).value), "two");
  const finite = context().stream(["a", "b"]);
  assert.equal(await finite.text(), "ab");
  assert.equal(ended, false);
});

Deno.test("render draws JSX and refuses anything else", async () => {
  const response = await context().render(h("p", null), { status: 202 });
  assert.equal(response.status, 202);
  assert.equal(await response.text(), "drawn p");
  await assert.rejects(context().render("p" as unknown as VNode), TypeError);
});
