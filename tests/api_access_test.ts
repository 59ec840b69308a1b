/** Who is let in: the access token, other sites, and foreign host names. */
import assert from "node:assert/strict";
import { problemOf } from "./support/api_conformance.ts";
import { type Api, startApi } from "./support/api_system.ts";

const accessToken = "correct horse";
const bearer = (token: string) => ({
  headers: { authorization: `Bearer ${token}` },
});

Deno.test("with an access token, only health and readiness are open", async () => {
  await using api = await startApi({ about: { accessToken: "correct-horse" } });
  for (const path of ["/healthz", "/readyz"]) {
    assert.equal(await statusOf(api, path), 200);
  }
  const durabilityFor = async (headers = {}) =>
    (await (await api.call("/readyz", { headers })).json()).durability;
  assert.equal(await durabilityFor(), null, "a stranger is told the state");
  const known = { authorization: "Bearer correct-horse" };
  assert.notEqual(await durabilityFor(known), null);
  for (const path of ["/metrics", "/api/watchlist", "/api/events", "/api/x"]) {
    const answer = await api.call(path);
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    await problemOf(answer, 401, "unauthorized");
  }
  assert.equal(await statusOf(api, "/metrics", bearer("correct-horse")), 200);
  for (
    const wrong of ["correct-hors", "correct-horse2", "x", "correct-Horse"]
  ) {
    assert.equal(await statusOf(api, "/metrics", bearer(wrong)), 401);
  }
});

Deno.test("a page without a token leads to the login and, after it, back", async () => {
  await using api = await startApi({ about: { accessToken } });
  const page = await api.call("/dead-letters?a=1", {
    headers: { accept: "text/html" },
  });
  assert.equal(page.status, 303);
  await page.body?.cancel();
  const login = page.headers.get("location")!;
  assert.equal(login, "/login?next=%2Fdead-letters%3Fa%3D1");
  const form = await api.call(login);
  assert.match(await form.text(), /type="password"/);

  const wrong = await logIn(api, login, "wrong");
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers.get("set-cookie"), null);
  assert.match(await wrong.text(), /role="alert"/);

  const right = await logIn(api, login, accessToken);
  assert.equal(right.status, 303);
  await right.body?.cancel();
  assert.equal(right.headers.get("location"), "/dead-letters?a=1");
  const cookie = right.headers.get("set-cookie")!;
  assert.match(cookie, /HttpOnly; SameSite=Strict/);
  assert.ok(!cookie.includes("horse"), "the cookie does not hold the token");
  const own = { headers: { cookie: cookie.split(";")[0]! } };
  assert.equal(await statusOf(api, "/api/watchlist", own), 200);
  const other = { headers: { cookie: "signalbox_session=00" } };
  assert.equal(await statusOf(api, "/api/watchlist", other), 401);
});

Deno.test("the login leads to no other site", async () => {
  await using api = await startApi({ about: { accessToken } });
  for (
    const next of ["//evil.example", "/\\evil.example", "https://evil.example"]
  ) {
    const path = `/login?next=${encodeURIComponent(next)}`;
    const answer = await logIn(api, path, accessToken);
    assert.equal(answer.headers.get("location"), "/", next);
    await answer.body?.cancel();
  }
});

Deno.test("another site's page cannot change anything, a program and our own page can", async () => {
  await using api = await startApi();
  const put = (headers: Record<string, string>) =>
    api.call("/api/watchlist/AAPL", { method: "PUT", headers });
  const foreign = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: "null" },
  ];
  for (const headers of foreign) {
    await problemOf(await put(headers), 403, "cross-site");
  }
  assert.deepEqual(await api.services.watching.list(), []);
  for (
    const headers of [{}, { "sec-fetch-site": "same-origin" }, {
      origin: api.url,
    }]
  ) {
    const answer = await put(headers);
    assert.ok(answer.ok);
    await answer.body?.cancel();
  }
});

Deno.test("without a token, a name that a stranger can own is not served", async () => {
  await using api = await startApi();
  assert.equal(
    await statusByHost(api, "evil.example:8000", "/api/actors"),
    421,
  );
  assert.equal(await statusByHost(api, "evil.example", "/healthz"), 200);
  for (const host of ["localhost:8000", "127.0.0.1", "box", "box.local"]) {
    assert.equal(await statusByHost(api, host, "/api/actors"), 200, host);
  }
});

Deno.test("with a token, any name is served", async () => {
  await using api = await startApi({ about: { accessToken } });
  assert.equal(await statusByHost(api, "box.example.com", "/api/actors"), 401);
});

async function statusOf(api: Api, path: string, init?: RequestInit) {
  const answer = await api.call(path, init);
  await answer.body?.cancel();
  return answer.status;
}

function logIn(api: Api, path: string, token: string): Promise<Response> {
  return api.call(path, {
    method: "POST",
    body: new URLSearchParams({ token }),
  });
}

/** `fetch` sets the host itself; a plain connection can say anything. */
async function statusByHost(api: Api, host: string, path: string) {
  const { hostname, port } = new URL(api.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
  await connection.write(
    new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"),
  );
  const answer = await new Response(connection.readable).text();
  return Number(answer.split(" ")[1]);
}
