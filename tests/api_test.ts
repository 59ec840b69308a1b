/** The API as its clients use it. Every answer is held to the schema that its endpoint declares. */
import { healthOf } from "./support/actors.ts";
import assert from "node:assert/strict";
import { MarketUnavailableError } from "../market/market.ts";
import { demo } from "../market/demo/demo.ts";
import { recordIncident } from "../db/deployment.ts";
import {
  ask,
  asked,
  everyEndpoint,
  problemOf,
} from "./support/api_conformance.ts";
import { startApi } from "./support/api_system.ts";

const t1 = "2026-01-30T14:30:00.000Z";
const t2 = "2026-01-30T14:31:00.000Z";
const t3 = "2026-01-30T14:32:00.000Z";

Deno.test("health, readiness, metrics and the document are told", async () => {
  await using api = await startApi();
  assert.deepEqual((await ask(api, "GET", "/healthz")).body, { status: "ok" });
  const ready = await ask(api, "GET", "/readyz");
  assert.equal(ready.body.durability.loss_window_ms, 1000);
  const metrics = await ask(api, "GET", "/metrics");
  assert.match(
    metrics.body,
    /^signalbox_up 1\n[^]*^signalbox_event_clients 0$/m,
  );
  const document = await ask(api, "GET", "/api/openapi.json");
  assert.equal(document.body.info.version, "1.2.3");
});

Deno.test("readyz is 503 with its reasons", async () => {
  const reasons = ["Redis cannot be reached: no answer within 2000 ms"];
  await using api = await startApi({
    status: {
      health: () => Promise.resolve(healthOf({ reasons })),
    },
  });
  const { status, body } = await ask(api, "GET", "/readyz");
  assert.equal(status, 503);
  assert.deepEqual(body, healthOf({ reasons }));
  assert.equal(body.state, "not-ready");
});

Deno.test("readyz is 200 while degraded: it works, and says what to look at", async () => {
  const warnings = ["2 dead letters since anybody looked"];
  await using api = await startApi({
    status: { health: () => Promise.resolve(healthOf({ warnings })) },
  });
  const { status, body } = await ask(api, "GET", "/readyz");
  assert.deepEqual([status, body.state], [200, "degraded"]);
  assert.deepEqual(body.warnings, warnings);
});

Deno.test("a symbol is added once, scanned at once, listed in order, and removed", async () => {
  await using api = await startApi();
  const added = await ask(api, "PUT", "/api/watchlist/msft");
  assert.equal(added.status, 201);
  assert.equal(added.body.symbol, "MSFT");
  assert.equal("warning" in added.body, false);
  assert.deepEqual(api.scans.map(({ actor, symbols }) => [actor, symbols]), [
    ["quotes", ["MSFT"]],
    ["recommendations", ["MSFT"]],
    ["news", ["MSFT"]],
  ]);
  await ask(api, "PUT", "/api/watchlist/AAPL");
  const again = await ask(api, "PUT", "/api/watchlist/MSFT");
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, added.body);
  assert.equal(api.scans.length, 6);
  const { body } = await ask(api, "GET", "/api/watchlist");
  assert.deepEqual(
    body.symbols.map((entry: { symbol: string }) => entry.symbol),
    [
      "MSFT",
      "AAPL",
    ],
  );
  const one = await ask(api, "GET", "/api/watchlist/msft");
  assert.deepEqual(one.body, added.body);
  const encoded = await ask(api, "GET", "/api/watchlist/%4DSFT");
  assert.deepEqual(encoded.body, added.body);
  assert.equal((await ask(api, "DELETE", "/api/watchlist/MSFT")).status, 204);
  const gone = await api.call("/api/watchlist/MSFT");
  await problemOf(gone, 404, "not-found");
});

Deno.test("two programs that add a symbol at the same time get one 201", async () => {
  await using api = await startApi();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => ask(api, "PUT", "/api/watchlist/NVDA")),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort(),
    [200, 200, 200, 200, 200, 200, 200, 201],
  );
  assert.equal(api.scans.length, 3);
});

Deno.test("a symbol is added with a warning while the market cannot be asked", async () => {
  const market = {
    ...demo(),
    quotes: () => Promise.reject(new MarketUnavailableError("no answer")),
  };
  await using api = await startApi({ market });
  const { status, body } = await ask(api, "PUT", "/api/watchlist/AAPL");
  assert.equal(status, 201);
  assert.match(body.warning, /AAPL.*no answer/);
});

Deno.test("signals are told with their schedules and schemas, and what is broken", async () => {
  await using api = await startApi();
  const { body } = await ask(api, "GET", "/api/signals");
  assert.deepEqual(body.signals.map((s: { name: string }) => s.name), [
    "quotes",
    "recommendations",
    "news",
  ]);
  const [quotes] = body.signals;
  assert.equal(quotes.market_hours, true);
  assert.equal(quotes.next_scan, "2026-01-31T09:02:00.000Z");
  assert.equal(quotes.schema.properties.price.type, "number");
  assert.deepEqual(quotes.columns[0], {
    ...{ name: "price", heading: "Price", width: 9, numeric: true },
  });
  assert.equal(body.broken[0].name, "weather");
});

Deno.test("latest values are those of all symbols, or of one", async () => {
  await using api = await startApi();
  await api.quote("MSFT", t1, 1);
  await api.quote("AAPL", t2, 2);
  await api.quote("AAPL", t1, 3);
  const all = await ask(api, "GET", "/api/signals/quotes/latest");
  assert.deepEqual(
    all.body.values.map((v: { symbol: string; at: string; price: number }) => [
      v.symbol,
      v.at,
      v.price,
    ]),
    [["AAPL", t2, 2], ["MSFT", t1, 1]],
  );
  const one = await ask(api, "GET", "/api/signals/quotes/latest?symbol=msft");
  assert.equal(one.body.values.length, 1);
  assert.equal(one.body.cells, undefined);
  const said = await ask(api, "GET", "/api/signals/quotes/latest?render=text");
  const [price, change] = said.body.cells[0];
  assert.deepEqual([price, change], ["2.00", "−0.50"]);
  await ask(api, "PUT", "/api/watchlist/NVDA");
  const none = await ask(api, "GET", "/api/signals/quotes/latest?symbol=NVDA");
  assert.deepEqual(none.body.values, []);
});

Deno.test("history holds the window, both ends, the newest of it, oldest first", async () => {
  await using api = await startApi();
  for (const at of [t1, t2, t3]) await api.quote("AAPL", at);
  const times = async (query: string) => {
    const path = `/api/signals/quotes/history?symbol=AAPL${query}`;
    const { body } = await ask(api, "GET", path);
    return body.rows.map((row: { at: string }) => row.at);
  };
  assert.deepEqual(await times(""), [t1, t2, t3]);
  assert.deepEqual(await times(`&from=${t2}`), [t2, t3]);
  assert.deepEqual(await times(`&to=${t2}`), [t1, t2]);
  assert.deepEqual(await times("&limit=2"), [t2, t3]);
  const offset = encodeURIComponent("2026-01-30T09:31:00-05:00");
  assert.deepEqual(await times(`&from=${offset}&to=${offset}`), [t2]);
});

Deno.test("history is thinned to so many points, with the extremes of all rows", async () => {
  await using api = await startApi();
  const at = (minute: number) => new Date(Date.parse(t1) + minute * 60_000);
  for (let minute = 0; minute < 40; minute++) {
    const price = minute === 17 ? 900 : minute === 29 ? 1 : 100 + minute % 3;
    await api.quote("AAPL", at(minute).toISOString(), price);
  }
  const path = "/api/signals/quotes/history?symbol=AAPL&limit=3&points=12";
  const { body } = await ask(api, "GET", path);
  const rows: { at: string; price: number }[] = body.rows;
  assert.ok(rows.length <= 12 && rows.length > 4, `${rows.length} rows`);
  const prices = rows.map(({ price }) => price);
  assert.deepEqual([Math.max(...prices), Math.min(...prices)], [900, 1]);
  const ends = [rows[0]!.at, rows.at(-1)!.at];
  assert.deepEqual(ends, [t1, at(39).toISOString()]);
});

Deno.test("history comes as CSV with the fields' names, exact numbers and empty nulls", async () => {
  await using api = await startApi();
  await api.quote("AAPL", t1, 0.1);
  const path = "/api/signals/quotes/history?symbol=AAPL&format=csv";
  const { body, headers } = await ask(api, "GET", path);
  assert.equal(
    body,
    "symbol,at,price,change,percent_change,high,low,open,previous_close\r\n" +
      `AAPL,${t1},0.1,-0.5,,102,99,101,101\r\n`,
  );
  assert.match(headers.get("content-type")!, /^text\/csv; charset=utf-8/);
  assert.equal(
    headers.get("content-disposition"),
    'attachment; filename="quotes-AAPL.csv"',
  );
  const later = await ask(api, "GET", `${path}&from=2026-02-01T00:00:00Z`);
  assert.equal(later.body.split("\r\n").length, 2, "the header alone");
});

Deno.test("a scan is started for the watchlist or a part of it", async () => {
  await using api = await startApi();
  await ask(api, "PUT", "/api/watchlist/AAPL");
  api.scans.length = 0;
  const { body } = await ask(api, "POST", "/api/signals/quotes/scan");
  assert.deepEqual(body, {
    signal: "quotes",
    published: 3,
    failed: { "BRK.B": "busy" },
    outcomes: { "BRK.B": "unavailable" },
  });
  await ask(api, "POST", "/api/signals/news/scan", { symbols: ["aapl"] });
  assert.deepEqual(api.scans, [
    { actor: "quotes", symbols: undefined },
    { actor: "news", symbols: ["AAPL"] },
  ]);
  await ask(api, "POST", "/api/signals/news/scan?symbol=aapl");
  assert.deepEqual(api.scans.at(-1), { actor: "news", symbols: ["AAPL"] });
});

Deno.test("actors are told in snake case, and paused, resumed and restarted", async () => {
  await using api = await startApi();
  const { body } = await ask(api, "GET", "/api/actors");
  assert.equal(body.actors[0].isolates[0].last_error.message, "boom");
  assert.equal(body.actors[0].isolates[0].uptime_ms, 1234.5);
  const paused = await ask(api, "POST", "/api/actors/quotes/pause", {});
  assert.equal(paused.body.state, "paused");
  const now = await ask(api, "GET", "/api/actors/quotes");
  assert.equal(now.body.schedule.waiting, "paused");
  const resumed = await ask(api, "POST", "/api/actors/quotes/resume");
  assert.equal(resumed.body.state, "running");
  await ask(api, "POST", "/api/actors/quotes/restart");
});

Deno.test("a value without a record of its way is told as such, and so is a symbol without a value", async () => {
  await using api = await startApi();
  await ask(api, "PUT", "/api/watchlist/AAPL");
  const path = "/api/signals/quotes/provenance?symbol=";
  const none = await ask(api, "GET", `${path}AAPL`);
  assert.deepEqual([none.body.value, none.body.reason], [
    null,
    "it was not scanned yet",
  ]);
  await api.quote("AAPL", t1);
  const { body } = await ask(api, "GET", `${path}AAPL`);
  assert.deepEqual([body.at, body.position], [t1, null]);
  assert.match(body.reason, /not recorded/);
  await problemOf(await api.call(`${path}NOPE`), 404, "not-found");
});

Deno.test("incidents and the market's listings are told", async () => {
  await using api = await startApi();
  const incident = { actor: null, kind: "taken-over", detail: "x", host: "h" };
  await recordIncident(api.parts.sql, incident);
  const { body } = await ask(api, "GET", "/api/incidents?limit=5");
  assert.equal(body.incidents[0].kind, "taken-over");
  const storage = await ask(api, "GET", "/api/storage");
  const tables: { table: string }[] = storage.body.tables;
  assert.ok(tables.some(({ table }) => table === "quotes"));
  const search = await ask(api, "GET", "/api/search?q=apple");
  assert.equal(search.body.listings[0].symbol, "AAPL");
});

Deno.test("how an actor has fared is told by ranges, and what happened in one list", async () => {
  await using api = await startApi();
  const { sql } = api.parts;
  await sql`insert into pipeline_minutes values (date_trunc('minute', now()), 'quotes', 'a',
    3, 1, 2, 5, 7, 0, 41, null, array[0, 2, 0, 1] || array_fill(0, array[13]))`;
  const path = "/api/actors/quotes/history";
  for (const [range, step_ms] of [["1h", 60_000], ["7d", 3_600_000]] as const) {
    const { body } = await ask(api, "GET", `${path}?range=${range}`);
    const [point, ...others] = body.points;
    assert.deepEqual([body.step_ms, others.length], [step_ms, 0]);
    assert.deepEqual([point.events, point.failures, point.lag], [3, 3, 7]);
    assert.deepEqual([point.latency_p50_ms, point.calls], [2.1, 5]);
  }
  const { body } = await ask(api, "GET", "/api/actors/alerts/history");
  assert.deepEqual([body.range, body.points], ["1h", []]);
  await problemOf(await api.call(`${path}?range=1y`), 422, "invalid-request");
  const unknown = await api.call("/api/actors/nope/history");
  await problemOf(unknown, 404, "unknown-signal");
  await sql`insert into journal (kind, detail, host) values ('paused', 'x', '1')`;
  const journal = async (query = "") =>
    (await ask(api, "GET", `/api/journal${query}`)).body.entries;
  assert.equal((await journal())[0].kind, "paused");
  assert.deepEqual(await journal("?from=2100-01-01T00:00:00Z"), []);
  await ask(api, "POST", "/api/journal/seen");
  const page = await (await api.call("/actors?range=24h")).text();
  assert.match(page, /Nothing happened that you need to know of/);
  assert.match(page, /Events stored<.*?3; at most 3 in 15 min/);
});

Deno.test("the tests above ask every endpoint but the event stream and those of other files", () => {
  const others =
    /^\w+ \/api\/(streams|dead-letters|lists|alerts)\b|^(POST|PATCH) \/api\/watchlist/;
  const missing = everyEndpoint.filter((name) => !asked.has(name));
  assert.deepEqual(
    missing.filter((name) => !others.test(name)),
    ["GET /api/events"],
  );
});
