import assert from "node:assert/strict";
import { readConfig } from "../config.ts";
import { reachOf } from "./reach.ts";

const root = new URL("file:///srv/signalbox/");
const servers = {
  DATABASE_URL: "postgres://user:secret@db.lan:5433/signalbox",
  REDIS_URL: "redis://cache.lan",
};
const reach = (env: Record<string, string>, ...net: string[]) =>
  reachOf(readConfig({ ...servers, ...env }), [{ name: "weather", net }], root);

Deno.test("a host reaches itself and its servers, and nothing else", () => {
  const own = "127.0.0.1:8000";
  assert.deepEqual(reach({}), [own, "db.lan:5433", "cache.lan:6379"]);
  const open = reach({ HOST: "::", PORT: "80" });
  assert.deepEqual(open.slice(0, 2), ["[::]:80", "127.0.0.1:80"]);
});

Deno.test("what settings and signals name beside them is reached as well", () => {
  const named = reach({
    FINNHUB_API_KEY: "secret",
    BROKER_URL: "kafka://a.lan:9092",
    ALLOW_NET: "b.lan:9092",
    ALERT_WEBHOOK_URL: "https://hooks.lan/secret",
    SMTP_URL: "smtps://me:secret@mail.lan",
    ALERT_MAIL_TO: "me@mail.lan",
  }, "api.weather.example:443");
  assert.deepEqual(named.slice(3), [
    "a.lan:9092",
    "b.lan:9092",
    "finnhub.io:443",
    "api.weather.example:443",
    "hooks.lan:443",
    "mail.lan:465",
  ]);
  assert.doesNotMatch(named.join(), /secret/);
});
