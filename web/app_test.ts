import assert from "node:assert/strict";
import { createApp } from "./app.ts";
import { writeDist } from "./build.ts";
import { readers } from "./testdata/site/routes/api/ticks.ts";
import type { State } from "./testdata/site/define.ts";
import { serve } from "./serve.ts";
import { temporaryFolder } from "./testdata/folder.ts";

const root = new URL("./testdata/site/", import.meta.url);
const errors: unknown[] = [];
const site = await createApp<State>({
  root,
  state: () => ({ house: "Elm", steps: [] }),
  onError: (error) => errors.push(error),
  onStale: assert.fail,
});

async function get(path: string, init?: RequestInit) {
  const response = await site.request(path, init);
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  };
}

Deno.test("each file name of routes/ answers its path", async () => {
  const answers = {
    "/about": /<h1>About/,
    "/later": /<h1>Later, in Elm/,
    "/rooms": /<section class="rooms"><h1>About/,
    "/rooms/a%20b%3Ac": /<h1>A B%3AC a b%3Ac</,
    "/rooms/%zz": /<h1>%ZZ/,
    "/garden": /<div class="quiet"><h1>Garden/,
    "/files": /^GET ""$/,
    "/files/a/b": /^GET "a\/b"$/,
    "/years": /^{"year":""}$/,
    "/years/2": /^{"year":"2"}$/,
    "/api/things": /^{"house":"Elm"}$/,
  };
  for (const [path, text] of Object.entries(answers)) {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.text, text);
  }
});

Deno.test("tests and components are no routes", async () => {
  for (const path of ["/tool_test", "/Button", "/_app", "/define"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

Deno.test("a page is drawn from its handler's data, status and headers", async () => {
  const { status, headers, text } = await get("/");
  assert.equal(status, 200);
  assert.equal(headers.get("x-page"), "home");
  assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
  assert.match(text, /^<!DOCTYPE html><html lang="en"><head>/);
});

Deno.test("an async page may answer by itself", async () => {
  assert.equal((await get("/later?away")).status, 410);
});

Deno.test("Head goes into the head; its title is the only one", async () => {
  const head = (await get("/")).text.split("</head>")[0]!;
  assert.match(head, /<meta name="description" content="A house"\/>/);
  assert.deepEqual(head.match(/<title>.*?<\/title>/g), [
    "<title>Home of &lt;&quot;house&quot;></title>",
  ]);
  assert.match((await get("/about")).text, /<title>Elm<\/title>/);
});

Deno.test("links say where the reader is", async () => {
  const { text } = await get("/rooms/attic");
  assert.match(text, /<a href="\/" aria-current="true">/);
  assert.match(text, /<a href="\/rooms" aria-current="true">/);
  assert.match((await get("/rooms")).text, /"\/rooms" aria-current="page">/);
  assert.match((await get("/garden")).text, /<a href="\/rooms">/);
});

Deno.test("islands are drawn inside marks, and nested ones are part of theirs", async () => {
  const { text } = await get("/");
  const marks = text.split("<x-island ").slice(1);
  assert.equal(marks.length, 3);
  assert.match(marks[0]!, /islands\/Counter\.js" data-export="default"/);
  assert.match(marks[1]!, /islands\/Counter\.js" data-export="Twin"/);
  assert.match(marks[2]!, /islands\/Shown\.js" data-export="default"/);
  assert.match(text, /<p><img src="[^"]+" alt\/><output>3<\/output><\/p>/);
});

Deno.test("an island's props are escaped JSON", async () => {
  const [first, second] = (await get("/")).text.match(/data-props="[^"]*"/g)!;
  const plain = (text: string) =>
    text.replaceAll("&quot;", '"').replaceAll("&lt;", "<");
  assert.ok(!first!.includes("<"));
  assert.equal(
    plain(first!),
    String.raw`data-props="{"count":3,"title":"<\"house\">"}"`,
  );
  assert.equal(plain(second!), `data-props="{"count":3}"`);
});

Deno.test("what a page with islands loads is there, and may be kept for good", async () => {
  const { text } = await get("/");
  const addresses = [...text.matchAll(/(?:src|href)="(\/_\/[^"]+)"/g)]
    .map(([, address]) => address!);
  assert.ok(
    addresses.some((address) =>
      /^\/_\/[0-9a-f]{12}\/client\.js$/.test(address)
    ),
  );
  for (const address of addresses) {
    const { status, headers } = await get(address);
    assert.equal(status, 200, address);
    assert.match(headers.get("cache-control")!, /immutable/);
    assert.match(headers.get("content-type")!, /javascript|css|svg/);
  }
});

Deno.test("every script that a script imports is preloaded", async () => {
  const { text } = await get("/");
  const loaded = [...text.matchAll(/"(\/_\/[^"]+\.js)"/g)].map(([, path]) =>
    path!
  );
  for (const path of loaded) {
    for (const [, to] of (await get(path)).text.matchAll(/from"([^"]+)"/g)) {
      assert.ok(loaded.includes(new URL(to!, `http://x${path}`).pathname), to);
    }
  }
});

Deno.test("a page without islands loads no script", async () => {
  assert.doesNotMatch((await get("/about")).text, /<script|modulepreload/);
});

Deno.test("static files are at their own names too, for those who ask by name", async () => {
  const { text, headers } = await get("/style.css");
  assert.match(text, /color: black/);
  assert.equal(headers.get("cache-control"), "no-cache");
  const old = await get("/_/000000000000/style.css");
  assert.equal(old.headers.get("cache-control"), "no-store");
  assert.equal((await get("/client.js")).status, 404);
  assert.equal((await get("/_/000000000000/none.js")).status, 404);
});

Deno.test("middleware of folders runs outermost first, arrays in order", async () => {
  const { headers } = await get("/api/things");
  assert.equal(headers.get("x-steps"), "root api-1 api-2");
});

Deno.test("middleware of a folder answers for its routes, and for nothing else", async () => {
  const failed = await get("/api/things", { method: "PUT" });
  assert.equal(failed.status, 422);
  assert.equal(failed.headers.get("content-type"), "application/problem+json");
  assert.deepEqual(JSON.parse(failed.text).detail, "not a thing");
  for (const path of ["/api", "/api/none", "/api/things/deeper"]) {
    const { status, headers, text } = await get(path);
    assert.equal(status, 404, path);
    assert.equal(headers.get("x-steps"), null);
    assert.match(text, /Sorry: 404/);
  }
  const other = await get("/api/things", { method: "PATCH" });
  assert.equal(other.status, 405);
  assert.equal(other.headers.get("allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
});

Deno.test("a request sent by a page of another site is refused through the middleware", async () => {
  const { status, text } = await get("/api/things", {
    method: "PUT",
    headers: { origin: "http://evil.example" },
  });
  assert.equal(status, 403);
  assert.equal(JSON.parse(text).status, 403);
});

Deno.test("error pages say the status and not the reason", async () => {
  errors.length = 0;
  assert.match((await get("/rooms/none")).text, /Sorry: 404/);
  assert.match((await get("/nowhere")).text, /Sorry: 404/);
  const broken = await get("/rooms/broken");
  assert.equal(broken.status, 500);
  assert.match(broken.text, /Sorry: failed/);
  assert.doesNotMatch(broken.text, /secret/);
  assert.match((await get("/deep/inner/fails")).text, /Deep trouble/);
  assert.deepEqual(errors.map((error) => (error as Error).message), [
    "the secret reason",
    "while drawing",
  ]);
});

Deno.test("a prop that an island cannot be given fails the page, with its name", async () => {
  errors.length = 0;
  assert.equal((await get("/deep/inner/refused")).status, 500);
  assert.match(
    String(errors[0]),
    /islands\/Shown\.tsx: prop "when\[0\]\.at" is a Date/,
  );
});

Deno.test("each answer carries the headers that keep other sites out", async () => {
  for (const path of ["/", "/style.css", "/api/none", "/rooms/broken"]) {
    const { headers } = await get(path);
    assert.equal(
      headers.get("content-security-policy"),
      "default-src 'self'; img-src 'self' data:; style-src 'self'; " +
        "object-src 'none'; base-uri 'none'; form-action 'self'; " +
        "frame-ancestors 'none'",
    );
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
  }
  assert.doesNotMatch(
    (await get("/")).text,
    /<script(?! type="module" src)|style=/,
  );
});

Deno.test("events reach the reader one by one through the server and its compression", async () => {
  const { fetch: answer } = site;
  const server = await serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  const before = readers.left;
  const response = await fetch(
    `http://127.0.0.1:${server.address.port}/api/ticks`,
    { headers: { "accept-encoding": "gzip, br" } },
  );
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  assert.equal((await reader.read()).value, "data: 0\n\n");
  assert.equal((await reader.read()).value, "data: 1\n\n");
  await reader.cancel();
  while (readers.left === before) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await server.stop();
});

Deno.test("pages are the same from dist/ as from memory", async () => {
  await using folder = await temporaryFolder({});
  const dist = new URL("dist/", folder.url);
  const before = (await get("/")).text;
  const bundle = await writeDist(root, dist);
  // Told apart from the bundle made in memory: what is served is what dist/ holds.
  const client = new URL(bundle.client!, dist);
  await Deno.writeTextFile(client, "/* from dist */");
  const state = () => ({ house: "Elm", steps: [] });
  const [onError, onStale] = [assert.fail, assert.fail];
  const built = await createApp<State>({ root, state, dist, onError, onStale });
  const text = await (await built.request("/")).text();
  const unversioned = (html: string) => html.replaceAll(/\/_\/\w+\//g, "/");
  assert.equal(unversioned(text), unversioned(before));
  const [src] = text.match(/\/_\/\w+\/client\.js/)!;
  assert.equal(await (await built.request(src)).text(), "/* from dist */");
  assert.notEqual(src, before.match(/\/_\/\w+\/client\.js/)![0]);
});

Deno.test("doubled slashes and encoded dots lead nowhere", async () => {
  for (const path of ["//about", "/rooms//attic", "/..%2fdeno.json"]) {
    const answer = await site.request(new Request(`http://box${path}`));
    assert.equal(answer.status, 404, path);
  }
});
