import assert from "node:assert/strict";
import { readConfig } from "../config.ts";
import { specOf } from "./isolate_settings.ts";

const config = readConfig({
  DATABASE_URL: "postgres://user:password@db.lan:5433/signalbox",
  REDIS_URL: "redis://cache.lan:6380",
  BROKER_URL: "kafka://a.lan:9092,b.lan:9093",
  FINNHUB_API_KEY: "the-market-key",
  ACCESS_TOKEN: "the-access-token",
  ALLOW_NET: "broker-2.lan:9092",
});
const root = new URL("file:///srv/signalbox/");
const of = (...net: string[]) => specOf({ name: "weather", net }, config, root);

Deno.test("no isolate is told the access token, and the market's key only one that asks the market", () => {
  const [asking, others] = [of("market"), of("api.weather.example:443")];
  assert.match(JSON.stringify(asking), /the-market-key/);
  assert.doesNotMatch(JSON.stringify(others), /the-market-key/);
  for (const spec of [asking, others]) {
    assert.doesNotMatch(JSON.stringify(spec), /the-access-token/);
  }
});

Deno.test("an isolate reaches its servers and what it asks for, and nothing else", () => {
  const servers = [
    "db.lan:5433",
    "cache.lan:6380",
    "a.lan:9092",
    "b.lan:9093",
    "broker-2.lan:9092",
  ];
  assert.deepEqual(of().permissions.net, servers);
  assert.deepEqual(of("market").permissions.net, [
    ...servers,
    "finnhub.io:443",
  ]);
  assert.deepEqual(of("api.weather.example:443").permissions.net, [
    ...servers,
    "api.weather.example:443",
  ]);
  const { write, run, ffi, sys } = of().permissions;
  assert.deepEqual([write, run, ffi, sys], [false, false, false, false]);
});

Deno.test("an isolate reads the code that it runs, and neither settings, data nor other actors", () => {
  const read = (of().permissions.read as URL[]).map(({ href }) =>
    href.slice(root.href.length)
  );
  assert.ok(read.includes("actors/weather"));
  for (const path of read) {
    assert.doesNotMatch(path, /^(\..*|actors|routes|static|)$/, path);
  }
});
