import { healthOf } from "../tests/support/actors.ts";
import assert from "node:assert/strict";
import type { Log } from "../engine/actor.ts";
import type { Watching } from "../host/services.ts";
import { createApi } from "./app.ts";
import { watchlist } from "./watchlist.ts";

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (message) => assert.fail(message),
};
const healthy = healthOf();
const basics = { log, status: { health: () => Promise.resolve(healthy) } };
const entry = {
  symbol: "^GSPC",
  added_at: "2026-01-30T14:30:00.000Z",
  name: null,
  place: 1,
  confirmed: true,
  unknown_since: null,
  currency: null,
  exchange: null,
  zone: null,
};

/** A watchlist of one symbol, which remembers what it was asked to remove. */
function watchlistOfOne() {
  const removed: string[] = [];
  const watching = {
    list: () => Promise.resolve([entry]),
    add: () => Promise.resolve({ entry, added: false, warning: "market away" }),
    remove: (symbol: string) => Promise.resolve(removed.push(symbol) > 0),
    search: () => Promise.resolve([]),
  };
  return { watching: watching as unknown as Watching, removed };
}

const api = createApi(watchlist);
const request = (path: string, method = "GET") =>
  new Request(`http://localhost${path}`, { method });

Deno.test("a subject answers with nothing but the services that it uses", async () => {
  const { watching } = watchlistOfOne();
  const answer = await api(request("/api/watchlist"), { watching, ...basics });
  assert.deepEqual(await answer.json(), { symbols: [entry] });
  const put = request("/api/watchlist/^gspc", "PUT");
  const known = await api(put, { watching, ...basics });
  assert.equal(known.status, 200);
  assert.deepEqual(await known.json(), { ...entry, warning: "market away" });
});

Deno.test("a parameter of the path is decoded once", async () => {
  const { watching, removed } = watchlistOfOne();
  const services = { watching, ...basics };
  const coin = request("/api/watchlist/BINANCE%3Abtcusdt", "DELETE");
  assert.equal((await api(coin, services)).status, 204);
  assert.deepEqual(removed, ["BINANCE:BTCUSDT"]);
  for (const twice of ["%255EGSPC", "A%252FB", "%25", "%"]) {
    const answer = await api(request(`/api/watchlist/${twice}`), services);
    assert.equal(answer.status, 422, twice);
    await answer.body?.cancel();
  }
});

Deno.test("a path that no endpoint has is a problem that names it, a slash at the end included", async () => {
  const services = { ...watchlistOfOne(), ...basics };
  for (const path of ["/api/watchlist/", "/api/watchlist/A/b", "/api"]) {
    const answer = await api(request(path), services);
    assert.equal(answer.status, 404, path);
    assert.equal((await answer.json()).instance, path);
  }
});
