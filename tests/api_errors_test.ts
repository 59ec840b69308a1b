/** What clients are told when they are wrong. */
import assert from "node:assert/strict";
import { createWatchlist } from "../db/watchlist.ts";
import { problemOf } from "./support/api_conformance.ts";
import { startApi } from "./support/api_system.ts";

Deno.test("an unknown path below /api is a problem, with any method", async () => {
  await using api = await startApi();
  for (const method of ["GET", "PUT"]) {
    for (const path of ["/api", "/api/nothing", "/api/signals/quotes/x"]) {
      const answer = await api.send(method, path);
      const problem = await problemOf(answer, 404, "not-found");
      assert.equal(problem.instance, path);
    }
  }
});

Deno.test("a wrong method is 405 and tells the right ones", async () => {
  await using api = await startApi();
  const answer = await api.send("DELETE", "/api/watchlist");
  assert.equal(answer.headers.get("allow"), "GET, POST, HEAD, OPTIONS");
  await problemOf(answer, 405, "method-not-allowed");
  const patch = await api.send("PATCH", "/api/dead-letters/1", {});
  const { detail } = await problemOf(patch, 405, "method-not-allowed");
  assert.match(detail, /PATCH.*GET, DELETE/);
});

Deno.test("an unknown signal is 404 and tells the known ones, on every path", async () => {
  await using api = await startApi();
  const paths = [
    ["GET", "/api/signals/gold/latest"],
    ["GET", "/api/signals/gold/history?symbol=A"],
    ["POST", "/api/signals/gold/scan"],
    ["GET", "/api/actors/gold"],
    ["POST", "/api/actors/gold/pause"],
    ["GET", "/api/streams/gold"],
    ["GET", "/api/streams/gold/events"],
    ["GET", "/api/streams/gold/pending"],
    ["POST", "/api/streams/gold/replay"],
    ["GET", "/api/events?signal=gold"],
  ] as const;
  for (const [method, path] of paths) {
    const answer = await api.send(method, path);
    const { detail } = await problemOf(answer, 404, "unknown-signal");
    assert.match(detail, /"gold".*quotes, recommendations, news/, path);
  }
  const broken = await api.call("/api/signals/weather/latest");
  const { detail } = await problemOf(broken, 404, "unknown-signal");
  assert.match(detail, /no default export/);
});

Deno.test("what can be no symbol is 422, and none of the market's is 404", async () => {
  await using api = await startApi();
  for (const bad of ["%24%24", ".ABC", "A%20B", "A".repeat(21), "%00", "%E4"]) {
    const answer = await api.send("PUT", `/api/watchlist/${bad}`);
    const problem = await problemOf(answer, 422, "invalid-request");
    assert.equal(problem.errors[0].name, "symbol");
  }
  for (const symbol of ["ZZZZ", "1ABC"]) {
    const unknown = await api.send("PUT", `/api/watchlist/${symbol}`);
    const { detail } = await problemOf(unknown, 404, "unknown-symbol");
    assert.ok(detail.includes(`demo does not know the symbol "${symbol}"`));
  }
  assert.deepEqual(await api.services.watching.list(), []);
});

Deno.test("a symbol that nobody watches and nothing is known of is 404", async () => {
  await using api = await startApi();
  const paths = [
    "/api/watchlist/AAPL",
    "/api/signals/quotes/latest?symbol=AAPL",
    "/api/signals/quotes/history?symbol=AAPL",
  ];
  for (const path of paths) {
    const { detail } = await problemOf(await api.call(path), 404, "not-found");
    assert.match(detail, /"AAPL".*PUT \/api\/watchlist\/AAPL/);
  }
  const scan = await api.send("POST", "/api/signals/quotes/scan", {
    symbols: ["AAPL"],
  });
  await problemOf(scan, 404, "unknown-symbol");
});

Deno.test("each wrong query parameter is named with its value and what is allowed", async () => {
  await using api = await startApi();
  const history = "/api/signals/quotes/history";
  const cases: [path: string, name: string, message: RegExp][] = [
    [`${history}`, "symbol", /nothing is not allowed/],
    [`${history}?symbol=A&limit=0`, "limit", /"0".*from 1 to 100000/],
    [`${history}?symbol=A&limit=x`, "limit", /"x".*whole number/],
    [`${history}?symbol=A&limit=1.5`, "limit", /"1.5".*whole number/],
    [`${history}?symbol=A&points=5`, "points", /"5".*from 6 to 10000/],
    [`${history}?symbol=A&from=yesterday`, "from", /"yesterday".*RFC 3339/],
    [`${history}?symbol=A&to=2026-02-30T00:00:00Z`, "to", /RFC 3339/],
    [`${history}?symbol=A&from=0000-01-01T00:00:00Z`, "from", /RFC 3339/],
    [`${history}?symbol=A&to=9999-12-31T23:59:59-23:59`, "to", /RFC 3339/],
    ["/api/dead-letters?actor=%00", "actor", /letters, digits/],
    [`${history}?symbol=A&format=xml`, "format", /"xml".*"json"\|"csv"/],
    [`${history}?symbol=A&symbol=B`, "symbol", /\["A","B"\]/],
    [`${history}?symbol=A&form=csv`, "form", /not known.*symbol, from, to/],
    ["/api/watchlist?x=1", "x", /list, format/],
    ["/api/watchlist?list=0", "list", /whole number from 1/],
    ["/api/actors?x=1", "x", /takes none/],
    ["/api/search", "q", /nothing is not allowed/],
    ["/api/search?q=%20", "q", /at least one character/],
    ["/api/streams/quotes/events?order=up", "order", /"oldest"\|"newest"/],
    ["/api/streams/quotes/events?from=%20%20", "from", /position/],
    ["/api/dead-letters?before=x", "before", /whole number/],
    ["/api/incidents?limit=-1", "limit", /from 1 to 1000/],
    ["/api/events?render=page", "render", /"cell"/],
  ];
  for (const [path, name, message] of cases) {
    const problem = await problemOf(
      await api.call(path),
      422,
      "invalid-request",
    );
    assert.equal(problem.errors[0].name, name, path);
    assert.match(problem.errors[0].message, message, path);
    assert.ok(problem.detail.includes(problem.errors[0].message));
  }
});

Deno.test("values that are right by themselves and not together are 409", async () => {
  await using api = await startApi();
  const [from, to] = ["2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"];
  const window = `from=${from}&to=${to}`;
  const streams = "/api/streams/quotes";
  const answers = [
    await api.call(`/api/signals/quotes/history?symbol=A&${window}`),
    await api.call(`${streams}/events?${window}`),
    await api.send("POST", `${streams}/replay`, { from, to }),
  ];
  for (const answer of answers) {
    const { errors, detail } = await problemOf(answer, 409, "conflict");
    assert.equal(errors[0].name, "from");
    assert.match(detail, /before to/);
  }
});

Deno.test("the edges of what is allowed are answered", async () => {
  await using api = await startApi();
  const paths = [
    "/api/streams/quotes/events?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
    "/api/streams/quotes/events?to=1900-01-01T00:00:00Z",
    "/api/dead-letters?search=%00%25_%5C&reason=x&symbol=%5EGSPC",
    `/api/dead-letters?before=${"9".repeat(18)}&limit=1000`,
    "/api/signals/quotes/latest",
    "/api/search?q=%00%F0%9F%98%80",
  ];
  for (const path of paths) {
    const answer = await api.call(path);
    assert.equal(answer.status, 200, `${path}: ${await answer.text()}`);
  }
  await createWatchlist(api.parts.sql).add("^GSPC");
  const range = "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z";
  for (const signal of api.services.catalog.actors.keys()) {
    const path = `/api/signals/${signal}/history?symbol=%5egspc&${range}`;
    const answer = await api.call(path);
    assert.equal(answer.status, 200, `${path}: ${await answer.text()}`);
  }
});

Deno.test("dead letters are deleted only by a filter or all=true", async () => {
  await using api = await startApi();
  const none = await api.send("DELETE", "/api/dead-letters");
  const { detail } = await problemOf(none, 409, "conflict");
  assert.match(detail, /all=true/);
  const wrong = await api.send("DELETE", "/api/dead-letters?all=yes");
  await problemOf(wrong, 422, "invalid-request");
  const gone = await api.send("DELETE", "/api/dead-letters/7");
  await problemOf(gone, 404, "not-found");
});

Deno.test("a wrong body is told by its place in it", async () => {
  await using api = await startApi();
  const cases: [path: string, body: unknown, name: string][] = [
    ["/api/signals/quotes/scan", { symbols: ["AAPL", "$"] }, "symbols.1"],
    ["/api/signals/quotes/scan", { symbol: "AAPL" }, "symbol"],
    ["/api/signals/quotes/scan", [], ""],
    ["/api/actors/quotes/pause", { now: true }, "now"],
    ["/api/dead-letters/redrive", {}, ""],
    ["/api/dead-letters/redrive", { ids: ["1"], filter: {} }, ""],
    ["/api/dead-letters/redrive", { ids: [1] }, "ids.0"],
    ["/api/dead-letters/redrive", { filter: { x: 1 } }, "filter.x"],
    ["/api/streams/quotes/replay", { from: "1 2" }, "from"],
    ["/api/watchlist", { symbols: [] }, "symbols"],
    ["/api/watchlist", { symbols: ["A"], text: "A" }, ""],
    ["/api/lists", { name: "  " }, "name"],
    ["/api/lists", { name: "x".repeat(61) }, "name"],
  ];
  for (const [path, body, name] of cases) {
    const answer = await api.send("POST", path, body);
    const problem = await problemOf(answer, 422, "invalid-request");
    assert.equal(problem.errors[0].name, name, JSON.stringify(body));
    assert.equal(problem.errors[0].in, "body");
  }
});

Deno.test("a body that is not JSON, not declared so, or too large is refused", async () => {
  await using api = await startApi();
  const post = (body: BodyInit, type?: string) =>
    api.call("/api/signals/quotes/scan", {
      method: "POST",
      body,
      headers: type ? { "content-type": type } : {},
    });
  const json = "application/json";
  await problemOf(await post("{", json), 400, "malformed-body");
  await problemOf(
    await post(new Uint8Array([34, 0xff, 34]), json),
    400,
    "malformed-body",
  );
  await problemOf(await post("{}", "text/plain"), 415, "not-json");
  await problemOf(await post(new Uint8Array([123, 125])), 415, "not-json");
  const large = JSON.stringify({ x: "x".repeat(256 * 1024) });
  await problemOf(await post(large, json), 413, "body-too-large");
  const unsized = new Blob([large]).stream();
  await problemOf(await post(unsized, json), 413, "body-too-large");
  const most = { ids: Array(5_000).fill("9".repeat(18)) };
  const redrive = await api.send("POST", "/api/dead-letters/redrive", most);
  await problemOf(redrive, 404, "not-found");
  const utf8 = await post("{}", "application/json; charset=utf-8");
  assert.equal(utf8.status, 200);
  await utf8.body?.cancel();
});

Deno.test("a paused actor refuses a scan with 409, and adding a symbol does not mind", async () => {
  await using api = await startApi();
  await api.services.commands.pause("quotes");
  const scan = await api.send("POST", "/api/signals/quotes/scan");
  const { detail } = await problemOf(scan, 409, "refused");
  assert.equal(detail, "quotes is paused; resume it");
  const added = await api.send("PUT", "/api/watchlist/AAPL");
  assert.equal(added.status, 201);
  await added.body?.cancel();
  assert.deepEqual(api.logged, []);
});
