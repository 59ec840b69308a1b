/** Adding as people do it: names, many at once, on several lists, in an order of their own. */
import assert from "node:assert/strict";
import { demo } from "../market/demo/demo.ts";
import { MarketUnavailableError } from "../market/market.ts";
import {
  ask,
  asked,
  type Body,
  everyEndpoint,
  problemOf,
} from "./support/api_conformance.ts";
import { type Api, startApi } from "./support/api_system.ts";

const away = () => Promise.reject(new MarketUnavailableError("no answer"));

async function post(api: Api, body: unknown, list = "") {
  const answer = await ask(api, "POST", `/api/watchlist${list}`, body);
  assert.equal(answer.status, 200);
  return answer.body.outcomes as Body[];
}

async function symbolsOf(api: Api, list = ""): Promise<string> {
  const { body } = await ask(api, "GET", `/api/watchlist${list}`);
  return body.symbols.map((entry: Body) => entry.symbol).join(" ");
}

const told = (outcomes: Body[]) =>
  outcomes.map(({ given, outcome, symbol }) => [given, outcome, symbol]);

Deno.test("a name adds its company, what is not clear asks, and what is unknown names the nearest", async () => {
  await using api = await startApi();
  const symbols = ["Tesla", "tsla", "inc", "Teslo", "brk/b", "TESLA", "$$"];
  const outcomes = await post(api, { symbols, search: true });
  assert.deepEqual(told(outcomes), [
    ["Tesla", "added", "TSLA"],
    ["tsla", "known", "TSLA"],
    ["inc", "ambiguous", null],
    ["Teslo", "unknown", null],
    ["brk/b", "added", "BRK.B"],
    ["TESLA", "known", "TSLA"],
    ["$$", "unknown", null],
  ]);
  const [tesla, , inc, teslo] = outcomes;
  assert.deepEqual([tesla.name, tesla.confirmed], ["Tesla Inc", true]);
  assert.equal(inc.choices.length, 8);
  assert.match(teslo.reason, /demo knows nothing called "Teslo"; the nearest/);
  assert.equal(teslo.choices[0].symbol, "TSLA");
  assert.equal(await symbolsOf(api), "TSLA BRK.B");
});

Deno.test("no more than 20 are searched for at once", async () => {
  await using api = await startApi();
  const symbols = Array(21).fill("A");
  const search = { symbols, search: true };
  const answer = await api.send("POST", "/api/watchlist", search);
  const { detail } = await problemOf(answer, 409, "conflict");
  assert.match(detail, /at most 20/);
});

Deno.test("while the market is away, symbols are added unconfirmed, and names are refused", async () => {
  const market = { ...demo(), quotes: away, search: away };
  await using api = await startApi({ market });
  const outcomes = await post(api, {
    symbols: ["Tesla", "AAPL", "0700.hk"],
    search: true,
  });
  assert.deepEqual(told(outcomes), [
    ["Tesla", "refused", null],
    ["AAPL", "added", "AAPL"],
    ["0700.hk", "added", "0700.HK"],
  ]);
  assert.match(outcomes[0].reason, /no answer.*in capitals/);
  assert.match(outcomes[1].reason, /Added without asking.*AAPL.*no answer/);
  assert.equal(outcomes[1].confirmed, false);
  const { body } = await ask(api, "GET", "/api/watchlist/AAPL");
  assert.deepEqual([body.confirmed, body.unknown_since], [false, null]);
});

Deno.test("many are added at once, each with what became of it, and few market calls", async () => {
  let calls = 0;
  const market = {
    ...demo(),
    quotes: (...given: Parameters<ReturnType<typeof demo>["quotes"]>) => {
      calls++;
      return demo().quotes(...given);
    },
  };
  await using api = await startApi({ market, watchlistLimit: 502 });
  const few = await post(api, { symbols: ["AAPL", "NOPE", "a b", "aapl"] });
  assert.deepEqual(told(few), [
    ["AAPL", "added", "AAPL"],
    ["NOPE", "unknown", null],
    ["a b", "unknown", null],
    ["aapl", "added", "AAPL"],
  ]);
  assert.match(few[1].reason, /knows nothing called "NOPE"/);
  assert.match(few[2].reason, /A-Z 0-9/);
  assert.equal(calls, 2);
  api.scans.length = 0;
  const many = Array.from({ length: 500 }, (_, i) => `S${i}`);
  const text = ["AAPL", ...many].join("\n");
  const outcomes = await post(api, { text });
  assert.deepEqual(told(outcomes).slice(0, 2), [
    ["AAPL", "known", "AAPL"],
    ["S0", "added", "S0"],
  ]);
  assert.equal(outcomes[1].confirmed, false);
  assert.equal(calls, 2, "nobody waits for 500 answers");
  const full = await post(api, { symbols: ["X1", "X2"] });
  assert.deepEqual(full.map((one) => one.outcome), ["unknown", "unknown"]);
  await ask(api, "PUT", "/api/watchlist/MSFT");
  const put = await api.send("PUT", "/api/watchlist/NVDA");
  const { detail } = await problemOf(put, 409, "watchlist-full");
  assert.match(detail, /502 symbols.*WATCHLIST_LIMIT/);
  const bulk = await post(api, { symbols: ["NVDA"] });
  assert.equal(bulk[0].outcome, "refused");
});

Deno.test("the first scans of many come in parts, one after the other", async () => {
  await using api = await startApi();
  const symbols = Array.from({ length: 50 }, (_, i) => `S${i}`);
  await post(api, { symbols });
  const of = (actor: string) =>
    api.scans.filter((scan) => scan.actor === actor);
  while (of("news").length < 3) await new Promise((go) => setTimeout(go, 5));
  assert.deepEqual(of("quotes").map(({ symbols }) => symbols!.length), [
    ...[20, 20, 10],
  ]);
  assert.deepEqual(of("quotes").flatMap((scan) => scan.symbols), symbols);
});

Deno.test("a symbol may be on several lists, and is scanned until it has left all", async () => {
  await using api = await startApi();
  const made = await ask(api, "POST", "/api/lists", { name: " Chips " });
  assert.deepEqual(made.body, { id: made.body.id, name: "Chips", symbols: 0 });
  const list = `?list=${made.body.id}`;
  await ask(api, "PUT", "/api/watchlist/NVDA");
  const second = await ask(api, "PUT", `/api/watchlist/NVDA${list}`);
  assert.equal(second.status, 201);
  assert.equal(api.scans.length, 3, "once for each actor");
  await ask(api, "PUT", `/api/watchlist/AMD${list}`);
  await api.quote("NVDA", "2026-01-30T14:30:00.000Z");
  await ask(api, "DELETE", `/api/watchlist/NVDA${list}`);
  assert.equal(await symbolsOf(api, list), "AMD");
  const latest = "/api/signals/quotes/latest?symbol=NVDA";
  assert.equal((await ask(api, "GET", latest)).body.values.length, 1);
  await ask(api, "DELETE", "/api/watchlist/NVDA");
  await problemOf(await api.call(latest), 404, "not-found");
  const { status } = await ask(api, "POST", "/api/signals/quotes/scan", {
    symbols: ["AMD"],
  });
  assert.equal(status, 200, "what is on any list can be scanned");
  const renamed = { name: "Semis" };
  await ask(api, "PATCH", `/api/lists/${made.body.id}`, renamed);
  const lists = await ask(api, "GET", "/api/lists");
  assert.deepEqual(lists.body.lists, [
    { id: 1, name: "Watchlist", symbols: 0 },
    { id: made.body.id, name: "Semis", symbols: 1 },
  ]);
  await ask(api, "DELETE", `/api/lists/${made.body.id}`);
  assert.deepEqual(await api.services.watching.list(), []);
});

Deno.test("what cannot be done with a list is said", async () => {
  await using api = await startApi();
  await ask(api, "POST", "/api/lists", { name: "Chips" });
  const twice = await api.send("POST", "/api/lists", { name: "chips" });
  await problemOf(twice, 409, "list-refused");
  const first = await api.send("DELETE", "/api/lists/1");
  await problemOf(first, 409, "list-refused");
  const gone = [
    ["GET", "/api/watchlist?list=77", undefined],
    ["PUT", "/api/watchlist/AAPL?list=77", undefined],
    ["DELETE", "/api/watchlist/AAPL?list=77", undefined],
    ["PATCH", "/api/watchlist/AAPL", { before: null }],
    ["POST", "/api/watchlist?list=77", { symbols: ["AAPL"] }],
    ["PATCH", "/api/lists/77", { name: "x" }],
    ["DELETE", "/api/lists/77", undefined],
  ] as const;
  for (const [method, path, body] of gone) {
    const answer = await api.send(method, path, body);
    await problemOf(answer, 404, "not-found");
  }
});

Deno.test("a symbol is moved, and a removed one is put back where it was", async () => {
  await using api = await startApi();
  await post(api, { symbols: ["AAPL", "MSFT", "NVDA", "KO"] });
  await ask(api, "PATCH", "/api/watchlist/KO", { before: "msft" });
  assert.equal(await symbolsOf(api), "AAPL KO MSFT NVDA");
  const moved = await ask(api, "PATCH", "/api/watchlist/AAPL", {
    before: null,
  });
  assert.equal(moved.body.symbol, "AAPL");
  assert.equal(await symbolsOf(api), "KO MSFT NVDA AAPL");
  const { place } = (await ask(api, "GET", "/api/watchlist/MSFT")).body;
  await ask(api, "DELETE", "/api/watchlist/MSFT");
  await ask(api, "PUT", "/api/watchlist/MSFT", { place });
  assert.equal(await symbolsOf(api), "KO MSFT NVDA AAPL");
});

Deno.test("lists come as CSV, and go back the same", async () => {
  await using api = await startApi();
  const { body: chips } = await ask(api, "POST", "/api/lists", {
    name: 'Chips, "big"',
  });
  await post(api, { symbols: ["Coca-Cola", "Johnson"], search: true });
  await post(api, { symbols: ["NVDA", "KO"] }, `?list=${chips.id}`);
  const all = await ask(api, "GET", "/api/lists?format=csv");
  assert.equal(
    all.body,
    "list,symbol,name\r\nWatchlist,KO,Coca-Cola Co\r\nWatchlist,JNJ,Johnson & Johnson\r\n" +
      '"Chips, ""big""",NVDA,\r\n"Chips, ""big""",KO,Coca-Cola Co\r\n',
  );
  const one = await ask(
    api,
    "GET",
    `/api/watchlist?format=csv&list=${chips.id}`,
  );
  assert.match(one.headers.get("content-disposition")!, /"Chips___big_.csv"/);
  await ask(api, "DELETE", `/api/lists/${chips.id}`);
  await ask(api, "DELETE", "/api/watchlist/JNJ");
  const outcomes = await post(api, { text: all.body });
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), [
    ...["known", "added", "added", "added"],
  ]);
  const again = await ask(api, "GET", "/api/lists?format=csv");
  assert.equal(
    again.body.replaceAll(/,[^,]*\r/g, "\r"),
    all.body.replaceAll(/,[^,]*\r/g, "\r"),
    "but for the names, which the market tells later",
  );
  const many = Array(5_001).fill(0).map((_, i) => `S${i}`).join(" ");
  const much = await api.send("POST", "/api/watchlist", { text: many });
  await problemOf(much, 413, "body-too-large");
});

Deno.test("odd symbols are watched, listed and removed like any other", async () => {
  const market = { ...demo(), quotes: away };
  await using api = await startApi({ market });
  const odd = ["M&M.NS", "OANDA:EUR_USD", "^GSPC", "EURUSD=X", "BRK.B"];
  for (const symbol of odd) {
    const path = `/api/watchlist/${encodeURIComponent(symbol)}`;
    assert.equal((await ask(api, "PUT", path)).body.symbol, symbol);
    await api.quote(symbol, "2026-01-30T14:30:00.000Z");
    const page = await api.call(`/symbols/${encodeURIComponent(symbol)}`);
    assert.equal(page.status, 200, await page.text());
  }
  const typed = await ask(api, "GET", "/api/watchlist/brk%2Fb");
  assert.equal(typed.body.symbol, "BRK.B");
  assert.equal(await symbolsOf(api), odd.join(" "));
  for (const symbol of odd) {
    const path = `/api/watchlist/${encodeURIComponent(symbol)}`;
    assert.equal((await ask(api, "DELETE", path)).status, 204);
  }
});

Deno.test("the tests above ask every endpoint of lists", () => {
  const missing = everyEndpoint.filter((name) => /lists/.test(name))
    .filter((name) => !asked.has(name));
  assert.deepEqual(missing, []);
});
