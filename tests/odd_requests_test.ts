/** No request is answered with 500, whatever it is; and what has not changed is not sent again. */
import assert from "node:assert/strict";
import { endpoints } from "../api/app.ts";
import { sleep } from "../wait.ts";
import { type Api, startApi } from "./support/api_system.ts";

const pages = [
  ...["/", "/actors", "/login", "/nothing", "/base.css"],
  ...["/dead-letters", "/dead-letters/1", "/streams/quotes", "/symbols/AAPL"],
];
const paths = new Set([
  ...pages,
  ...endpoints.map(({ path }) =>
    path.replace("{signal}", "quotes").replace("{name}", "quotes")
      .replace("{symbol}", "AAPL").replace("{id}", "1")
  ),
]);
const methods = [
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"],
  ...["PROPFIND", "constructor", "__proto__"],
];
const form = "application/x-www-form-urlencoded";

/** A header or none, and a body. */
const bodies: readonly (readonly [type: string | null, body: string])[] = [
  [null, ""],
  [null, "symbol=AAPL"],
  [form, "%E4=%&=&&symbol=%00&id=x"],
  [form, "intent=remove&symbol=%00%ED%A0%80&id=%00"],
  [form, "intent=scan&signal=__proto__&actor=%00&act=restart"],
  [form, "intent=redrive&id=99999999999999999999&from=x&to=0"],
  [`${form}; charset=utf-16`, "\ufeff"],
  ["multipart/form-data", "--x"],
  ["multipart/form-data; boundary=x", "--y\r\n\r\n"],
  ["text/plain", "{}"],
  ["application/json", "nul"],
  ["application/json", '{"__proto__":[],"symbols":[{}]}'],
  ["application/json", `${"[".repeat(30_000)}`],
  ["nonsense;;=", "\u0000"],
];

const oddHeaders = [
  "Cookie: signalbox_session=%; =; %E4",
  "Authorization: Bearer \u00e9",
  "Accept: \u00ff/;q=x",
  "Accept-Encoding: br;q=9, \u00ff",
  "If-None-Match: *, W/",
  "Range: bytes=9-1",
  "Origin: ::",
  "Sec-Fetch-Site: \u00ff",
  "Content-Encoding: gzip",
  "X-Forwarded-Proto: ://",
  "traceparent: x",
];

const oddPaths = [
  ..."/% /%00 /%E4 /%2F%2e%2e /a//b /. /;x /api/% /api/%00".split(" "),
  "/streams/%00",
  "/streams/%E4",
  "/symbols/%",
  "/symbols/%00",
  "/symbols/AAPL?range=%00",
  "/dead-letters/%00",
  "/dead-letters/99999999999999999999",
  "/dead-letters?before=x&actor=%00&search=%00&symbol=%00&reason=%E4",
  "/dead-letters?before=99999999999999999999&limit=x",
  "/dead-letters?removed=x&redriven=-1&did=%00",
  "/?added=%00&removed=%E4&warning=%00",
  "/actors?did=%00&actor=%00&paused=x",
  "/login?next=%E4%00",
  "/api/events?signal=%00",
  "/api/search?q=%ED%A0%80",
  "/api/signals/%00/latest",
  "/base.css?x=%",
  "*",
  "http://localhost/api/signals",
  "//",
  "///evil.example/%2e%2e",
];

/** For so long the server goes on taking a body that was answered before its end, by a timer of its own. */
const drainMs = 600;

/** Sends bytes as they are, which `fetch` would not, and resolves to the status; 0 for none. */
async function statusOf(api: Api, head: string, body = ""): Promise<number> {
  const { port } = new URL(api.url);
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const text = new TextEncoder().encode(body);
  // Headers are Latin-1.
  const start = Uint8Array.from(
    `${head}\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`,
    (letter) => letter.charCodeAt(0),
  );
  const all = new Uint8Array([...start, ...text]);
  await connection.write(all);
  const answer = new Uint8Array(64);
  const read = await connection.read(answer).catch(() => null);
  const line = new TextDecoder().decode(answer.subarray(0, read ?? 0));
  return Number(/^HTTP\/1\.[01] (\d+)/.exec(line)?.[1] ?? 0);
}

Deno.test("no method and no body on any path is answered with 500", async () => {
  await using api = await startApi();
  for (const path of paths) {
    for (const method of methods) {
      const withBody = method === "GET" || method === "HEAD"
        ? bodies.slice(0, 1)
        : bodies;
      for (const [type, body] of withBody) {
        const head = `${method} ${path} HTTP/1.1\r\nHost: localhost` +
          (type === null ? "" : `\r\nContent-Type: ${type}`);
        const status = await statusOf(api, head, body);
        const what = `${method} ${path} ${type} ${body.slice(0, 40)}`;
        assert.ok(status > 0 && status < 500, `${what}: ${status}`);
      }
    }
  }
  assert.deepEqual(api.logged, []);
});

Deno.test("no header and no odd path is answered with 500", async () => {
  await using api = await startApi();
  for (const path of [...pages, "/api/signals", "/api/signals/quotes/latest"]) {
    for (const header of oddHeaders) {
      for (const method of ["GET", "POST"]) {
        const head =
          `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${header}`;
        const status = await statusOf(api, head);
        assert.ok(status < 500, `${method} ${path} ${header}: ${status}`);
      }
    }
  }
  for (const path of oddPaths) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const head = `${method} ${path} HTTP/1.1\r\nHost: localhost`;
      const status = await statusOf(api, head);
      assert.ok(status < 500, `${method} ${path}: ${status}`);
    }
  }
  const hosts = [
    "",
    "a b",
    "localhost evil.com",
    "[",
    "localhost:99999",
    "\u00e9",
    "%",
    "a/b?c#d",
  ];
  for (const host of hosts) {
    for (const path of ["/", "/api/signals", "/healthz"]) {
      const head = `GET ${path} HTTP/1.1\r\nHost: ${host}`;
      const status = await statusOf(api, head);
      assert.ok(status < 500, `Host: ${host} ${path}: ${status}`);
    }
  }
  assert.deepEqual(api.logged, []);
});

Deno.test("a form that is none says what is wrong with it", async () => {
  await using api = await startApi();
  for (const path of ["/", "/actors", "/dead-letters", "/streams/quotes"]) {
    const none = await api.call(path, { method: "POST" });
    assert.equal(none.status, 415, path);
    assert.match(await none.text(), /This takes a form/);
    const large = await api.call(path, {
      method: "POST",
      headers: { "content-type": form },
      body: "x".repeat(257 * 1024),
    });
    assert.equal(large.status, 413, path);
    assert.match(await large.text(), /262144 bytes/);
  }
  await sleep(drainMs);
  assert.deepEqual(api.logged, []);
});

Deno.test("latest values and pages that have not changed are 304, and a new value is not", async () => {
  await using api = await startApi();
  await api.services.watching.add("AAPL");
  await api.quote("AAPL", "2026-01-30T14:30:00.000Z");
  const html = { accept: "text/html" };
  const asked: [path: string, headers: Record<string, string>][] = [
    ["/api/signals/quotes/latest", {}],
    ["/", html],
    ["/", { accept: "application/json" }],
    ["/dead-letters", html],
    ["/symbols/AAPL", html],
  ];
  for (const [path, headers] of asked) {
    const first = await api.call(path, { headers });
    await first.body?.cancel();
    assert.equal(first.headers.get("cache-control"), "private, no-cache");
    const etag = first.headers.get("etag")!;
    const again = { ...headers, "if-none-match": etag };
    const same = await api.call(path, { headers: again });
    assert.deepEqual([same.status, await same.text()], [304, ""], path);
    const head = await api.call(path, { method: "HEAD", headers });
    assert.equal(head.headers.get("etag"), etag, path);
  }
  const path = "/api/signals/quotes/latest";
  const before = await api.call(path);
  await before.body?.cancel();
  await api.quote("AAPL", "2026-01-30T14:31:00.000Z", 200);
  const after = await api.call(path, {
    headers: { "if-none-match": before.headers.get("etag")! },
  });
  assert.equal(after.status, 200);
  assert.equal((await after.json()).values[0].price, 200);
});

Deno.test("HEAD tells the length of GET, and a method that is not there those that are", async () => {
  await using api = await startApi();
  for (
    const path of ["/actors", "/base.css", "/api/watchlist"]
  ) {
    const head = await api.call(path, { method: "HEAD" });
    const length = head.headers.get("content-length");
    const headers = { "accept-encoding": "identity" };
    const { length: size } = await (await api.call(path, { headers })).bytes();
    assert.ok(
      Math.abs(Number(length) - size) < 200,
      `${path} ${length} ${size}`,
    );
  }
  const allowed = { "/": "GET, HEAD, POST", "/logout": "POST" };
  for (const [path, methods] of Object.entries(allowed)) {
    for (const method of ["DELETE", "OPTIONS", "PROPFIND"]) {
      const answer = await api.call(path, { method });
      await answer.body?.cancel();
      assert.equal(answer.status, method === "OPTIONS" ? 204 : 405);
      assert.equal(answer.headers.get("allow"), `${methods}, OPTIONS`);
    }
  }
});

Deno.test("files that have not changed are 304", async () => {
  await using api = await startApi();
  const page = await (await api.call("/actors")).text();
  const hashed = /"(\/_\/[^"]+\.css)"/.exec(page)![1]!;
  for (const path of ["/base.css", hashed]) {
    const first = await api.call(path);
    await first.body?.cancel();
    const etag = first.headers.get("etag")!;
    const same = await api.call(path, { headers: { "if-none-match": etag } });
    assert.deepEqual([same.status, await same.text()], [304, ""]);
    const other = await api.call(path, { headers: { "if-none-match": '"x"' } });
    assert.equal(other.status, 200);
    await other.body?.cancel();
  }
});

Deno.test("a body that never ends is not waited for", async () => {
  await using api = await startApi();
  const { port } = new URL(api.url);
  const halves = [["/", form], [
    "/api/dead-letters/redrive",
    "application/json",
  ]];
  const answers = halves.map(async ([path, type]) => {
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(port),
    });
    const head = [
      `POST ${path} HTTP/1.1`,
      "Host: localhost",
      `Content-Type: ${type}`,
      "Content-Length: 100",
    ];
    const text = `${head.join("\r\n")}\r\n\r\n{`;
    await connection.write(new TextEncoder().encode(text));
    const answer = new Uint8Array(64);
    await connection.read(answer);
    return new TextDecoder().decode(answer).split("\r\n")[0];
  });
  const late = "HTTP/1.1 408 Request Timeout";
  assert.deepEqual(await Promise.all(answers), [late, late]);
  await sleep(drainMs);
});

Deno.test("what holds secrets, and what is refused, is kept by nobody", async () => {
  await using api = await startApi();
  for (const path of ["/api/dead-letters", "/api/nothing", "/metrics"]) {
    const answer = await api.call(path);
    await answer.body?.cancel();
    assert.equal(answer.headers.get("cache-control"), "no-store", path);
    assert.equal(answer.headers.get("etag"), null, path);
  }
});
