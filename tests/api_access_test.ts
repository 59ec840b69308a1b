/** Who is let in: the access token, other sites, and foreign host names. */
import assert from "node:assert/strict";
import { createEndedSessions } from "../db/sessions.ts";
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

Deno.test("guesses are slowed by address, at the login and by bearer, and a session goes on", async () => {
  await using api = await startApi({ about: { accessToken: "correct-horse" } });
  const login = await logIn(api, "/login", "correct-horse");
  await login.body?.cancel();
  const cookie = login.headers.get("set-cookie")!.split(";")[0]!;
  const statuses: number[] = [];
  for (let guess = 0; guess < 8; guess++) {
    const path = guess % 2 ? "/api/watchlist" : "/readyz";
    statuses.push(await statusOf(api, path, bearer(`guess-${guess}`)));
  }
  for (let guess = 0; guess < 6; guess++) {
    const answer = await logIn(api, "/login", `guess-${guess}`);
    await answer.body?.cancel();
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses.slice(0, 8), Array(4).fill([200, 401]).flat());
  assert.deepEqual(statuses.slice(8), [401, 401, 429, 429, 429, 429]);
  const path = "/api/watchlist";
  const refused = await api.call(path, bearer("correct-horse"));
  assert.match(refused.headers.get("retry-after")!, /^[1-6]$/);
  await problemOf(refused, 429, "too-many-guesses");
  const state = await api.call("/readyz", bearer("correct-horse"));
  assert.equal((await state.json()).durability, null, "no way to guess there");
  assert.equal(await statusOf(api, path, { headers: { cookie } }), 200);
  const elsewhere = { "x-forwarded-for": "203.0.113.7" };
  const { headers } = bearer("correct-horse");
  const other = { headers: { ...headers, ...elsewhere } };
  assert.equal(await statusOf(api, path, other), 200);
});

Deno.test("a session ends by logout, on every host, by time, and with its token", async () => {
  await using api = await startApi({ about: { accessToken } });
  const sessionOf = async (headers = {}) => {
    const answer = await api.call("/login", {
      method: "POST",
      headers,
      body: new URLSearchParams({ token: accessToken }),
    });
    await answer.body?.cancel();
    return answer.headers.get("set-cookie")!;
  };
  const status = (cookie: string) =>
    statusOf(api, "/api/watchlist", { headers: { cookie } });
  const first = await sessionOf();
  const second = await sessionOf({ "x-forwarded-proto": "https, http" });
  assert.doesNotMatch(first, /Secure/);
  assert.match(second, /Max-Age=604800;.*Secure/);
  const [one, two] = [first, second].map((text) => text.split(";")[0]!);
  const page = await api.call("/", { headers: { cookie: one! } });
  assert.match(await page.text(), /action="\/logout"/);
  const logout = await api.call("/logout", {
    method: "POST",
    headers: { cookie: one! },
  });
  await logout.body?.cancel();
  assert.match(logout.headers.get("set-cookie")!, /Max-Age=0/);
  assert.deepEqual([await status(one!), await status(two!)], [401, 200]);
  const ended = createEndedSessions(api.parts.sql);
  const id = /=([^.]+)/.exec(one!)![1]!;
  assert.equal(await ended.has(id), true, "another host, or a restart");
  const { id: forged, rest } = /=(?<id>[^.]+)\.\d+(?<rest>.*)/
    .exec(two!)!.groups!;
  const later = `signalbox_session=${forged}.99999999999${rest}`;
  assert.equal(await status(later), 401);
  assert.equal(await status(`signalbox_session=..`), 401);
  await using changed = await startApi({ about: { accessToken: "another-1" } });
  const after = { headers: { cookie: two! } };
  assert.equal(await statusOf(changed, "/api/watchlist", after), 401);
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
  assert.equal(await statusByHost(api, "evil.example", "/readyz"), 421);
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
