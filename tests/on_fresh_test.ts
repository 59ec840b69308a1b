/** What can be told of `deno task fresh` where JSR is not reached: `deno task test:fresh` tells the rest. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import {
  leadsNowhere,
  movedTo,
  readable,
  withNonce,
} from "../on_fresh/rules.ts";
import { handler as notFound } from "../routes/_404.tsx";
import { filesBelow } from "../web/assets.ts";
import { headers } from "../web/security.ts";

const root = new URL("../", import.meta.url);
const text = (path: string) => Deno.readTextFile(new URL(path, root));
const here = JSON.parse(await text("deno.json"));
const there = JSON.parse(await text("on_fresh/deno.json"));

/** What Fresh 2.3.3 exports (`packages/fresh/src/mod.ts`, `runtime/shared.ts`), as far as we know of it. */
const exported: Record<string, readonly string[]> = {
  "fresh": [
    ...["App", "Context", "Define", "HandlerByMethod", "HandlerFn"],
    ...["HttpError", "Method", "Middleware", "PageProps", "PageResponse"],
    ...["RouteConfig", "RouteHandler", "createDefine", "csp", "csrf", "page"],
    ...["staticFiles", "trailingSlashes"],
  ],
  "fresh/dev": ["Builder"],
  "fresh/runtime": ["Head", "HttpError", "IS_BROWSER", "Partial", "asset"],
};

/** Names by the module that they are imported from. */
function importsOf(source: string): [string, string[]][] {
  return [...source.matchAll(/^import (type )?\{([^}]*)\} from "([^"]+)"/gm)]
    .map(([, , names, from]) => [
      from!,
      names!.split(",").map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== ""),
    ]);
}

Deno.test("the import map of on_fresh/ differs from the root's in Fresh alone", () => {
  const { fresh, "fresh/runtime": _, ...ours } = here.imports;
  const { fresh: theirs, "../web/app.ts": app, ...same } = there.imports;
  assert.deepEqual(same, ours);
  assert.equal(fresh, "./web/fresh.ts");
  assert.equal(theirs, "jsr:@fresh/core@2.3.3");
  assert.equal(app, "./app.ts");
});

Deno.test("on_fresh/ runs with the root's other settings, and is left out of its checks", () => {
  for (const key of ["allowScripts", "compilerOptions", "unstable"]) {
    assert.deepEqual(there[key], here[key], key);
  }
  assert.ok(here.exclude.includes("on_fresh"));
  const flags = (task: string): string[] => task.match(/--allow-[^= ]+/g) ?? [];
  const ours = flags(here.tasks.start);
  const builder = ["--allow-write", "--allow-run"];
  assert.deepEqual(flags(here.tasks.fresh), [...ours, ...builder]);
});

Deno.test("what runs on Fresh imports nothing that Fresh lacks", async () => {
  const folders = ["routes/", "islands/", "pages/", "ui/", "api/", "on_fresh/"];
  const files = (await Promise.all(
    folders.map(async (folder) =>
      (await filesBelow(
        new URL(folder, root),
        (name) => name === "node_modules",
      ))
        .map((file) => folder + file)
    ),
  )).flat().filter((file) => /\.tsx?$/.test(file));
  let seen = 0;
  for (const file of [...files, "web/security.ts"]) {
    for (const [from, names] of importsOf(await text(file))) {
      if (!/^fresh(?:\/|$)/.test(from)) continue;
      const lacking = names.filter((name) => !exported[from]?.includes(name));
      assert.deepEqual(lacking, [], `${file} from "${from}"`);
      seen += names.length;
    }
  }
  assert.ok(seen > 15, `only ${seen} imports were found`);
});

Deno.test("an island's file exports its island and nothing else that runs", async () => {
  for (const file of await filesBelow(new URL("islands/", root))) {
    const exports = Object.entries(await import(`${root}islands/${file}`))
      .filter(([, value]) => typeof value === "function");
    assert.deepEqual(exports.map(([name]) => name), ["default"], file);
  }
});

Deno.test("on_fresh/app.ts imports of the project what is there, and exports what web/app.ts does", async () => {
  const source = await text("on_fresh/app.ts");
  for (const [from, names] of importsOf(source)) {
    if (!from.startsWith(".")) continue;
    const target = from.replace(/^\.\.\//, "").replace(/^\.\//, "on_fresh/");
    const module = await text(target);
    for (const name of names) {
      const declared = new RegExp(`^export (async )?\\w+ ${name}\\b`, "m");
      assert.match(module, declared, `${target} has no ${name}`);
    }
  }
  const members = async (path: string) =>
    [...(await text(path)).matchAll(/^ {2}readonly (\w+):/gm)]
      .map(([, name]) => name);
  assert.deepEqual(
    await members("on_fresh/app.ts"),
    await members("web/app.ts"),
  );
});

Deno.test("_404 says its status itself, because Fresh answers with 200 unless told", () => {
  assert.equal(notFound().status, 404);
});

Deno.test("paths that Fresh would mistake lead nowhere", () => {
  for (
    const path of [
      ...[
        "//actors",
        "/symbols//AAPL",
        "/..%2fdeno.json",
        "/a/%2e%2e/b",
        "/a/..",
      ],
      ...[
        "/_fresh/js/1/metafile.json",
        "/_fresh/js/1/%6detafile%2ejson",
        "/\\a",
      ],
    ]
  ) assert.equal(leadsNowhere(path), true, path);
  for (
    const path of [
      ...["/", "/actors", "/symbols/BRK.B", "/symbols/BINANCE%3ABTCUSDT"],
      ...["/_fresh/js/1/fresh-runtime.js", "/symbols/..A", "/files/%25zz"],
    ]
  ) assert.equal(leadsNowhere(path), false, path);
});

Deno.test("what is not URL-encoded text is made so", () => {
  assert.equal(readable("http://box/a%3Ab?c=%zz"), "http://box/a%3Ab?c=%zz");
  assert.equal(readable("http://box/%zz?c=%zz"), "http://box/%25zz?c=%zz");
  assert.equal(readable("http://box/%ff"), "http://box/%25ff");
});

Deno.test("a slash at the end leads to the address without, on this host", () => {
  const to = (path: string) => movedTo(new URL(`http://box${path}`));
  assert.equal(to("/actors/?a=b"), "/actors?a=b");
  for (const path of ["/", "/actors", "//evil.example/", "/actors//"]) {
    assert.equal(to(path), null, path);
  }
});

Deno.test("the nonce is added to the policy of every answer, and nothing else is let in", async () => {
  const app = new Hono().use(headers).get("/", (c) => c.text(""));
  const answer = await app.request("/");
  const policy = answer.headers.get("content-security-policy")!;
  assert.doesNotMatch(policy, /script-src|unsafe|upgrade/);
  assert.deepEqual(
    withNonce(policy, "abc").split("; "),
    policy.split("; ").toSpliced(1, 0, "script-src 'self' 'nonce-abc'"),
  );
});

Deno.test("a picture's title has a key: without one Fresh takes it for the document's", async () => {
  const skip = (name: string) =>
    /^(\.|node_modules|dist|tests|testdata)/.test(name);
  const files = (await filesBelow(root, skip))
    .filter((file) => /(?<!_test)\.tsx$/.test(file) && file !== "ui/page.tsx");
  assert.ok(files.length > 50);
  for (const file of files) {
    const source = await text(file);
    assert.doesNotMatch(source, /<title(?![^>]* key=)/, file);
  }
});
