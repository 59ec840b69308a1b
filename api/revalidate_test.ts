import assert from "node:assert/strict";
import { mayBeKept, revalidate } from "./revalidate.ts";

const kept = { "cache-control": mayBeKept, "content-type": "text/plain" };

async function answer(
  body: string,
  ifNoneMatch?: string,
  headers: Record<string, string> = kept,
  method = "GET",
) {
  const request = new Request("http://localhost/", {
    method,
    headers: ifNoneMatch === undefined ? {} : { "if-none-match": ifNoneMatch },
  });
  const response = await revalidate(request, new Response(body, { headers }));
  const { status } = response;
  const etag = response.headers.get("etag");
  return { status, etag, text: await response.text() };
}

Deno.test("an answer that has not changed is 304 without a body", async () => {
  const first = await answer("one");
  assert.deepEqual([first.status, first.text], [200, "one"]);
  assert.match(first.etag!, /^W\/"[\w-]{22}"$/);
  const again = await answer("one", first.etag!);
  assert.deepEqual(again, { status: 304, etag: first.etag, text: "" });
  const changed = await answer("two", first.etag!);
  assert.deepEqual([changed.status, changed.text], [200, "two"]);
  assert.notEqual(changed.etag, first.etag);
});

Deno.test("a list of tags, a strong one and a star are compared as RFC 9110 has it", async () => {
  const { etag } = await answer("one");
  const strong = etag!.slice(2);
  for (const tags of [`"x", ${etag}`, strong, "*", `${etag},"y"`]) {
    assert.equal((await answer("one", tags)).status, 304, tags);
  }
  for (const tags of ["", '"x"', ",", "W/"]) {
    assert.equal((await answer("one", tags)).status, 200, tags);
  }
});

Deno.test("what may not be kept, and what changes something, gets no tag", async () => {
  const secret = await answer("one", "*", { "cache-control": "no-store" });
  assert.deepEqual([secret.status, secret.etag], [200, null]);
  const posted = await answer("one", "*", kept, "POST");
  assert.deepEqual([posted.status, posted.etag], [200, null]);
});

Deno.test("what a framework noted on an answer is on its copy as well", async () => {
  const note = Symbol.for("a note of a framework");
  const response = Object.assign(new Response("page", { headers: kept }), {
    [note]: "nonce",
  });
  const copy = await revalidate(new Request("http://localhost/"), response);
  assert.ok(copy.headers.has("etag"));
  assert.equal((copy as Response & { [note]?: string })[note], "nonce");
});
