import assert from "node:assert/strict";
import { parseRedisUrl, redactUrl, redisHosts } from "./redis_url.ts";

Deno.test("a URL of one server", () => {
  const { options } = parseRedisUrl("redis://me:p%40ss%3A@cache:7000/3");
  assert.deepEqual(options, {
    username: "me",
    password: "p@ss:",
    host: "cache",
    port: 7000,
    db: 3,
  });
  const plain = parseRedisUrl("redis://:pw@localhost").options;
  assert.deepEqual(plain, {
    password: "pw",
    host: "localhost",
    port: 6379,
    db: 0,
  });
});

Deno.test("rediss asks for TLS by the name in the URL", () => {
  const { options } = parseRedisUrl("rediss://cache.example:6380");
  assert.deepEqual(options.tls, { servername: "cache.example" });
});

Deno.test("a URL of Sentinels", () => {
  const { options, hosts } = parseRedisUrl(
    "redis+sentinel://me:pw@a:1,[::1],b/main%20one/2?sentinelPassword=s",
  );
  assert.deepEqual(options, {
    username: "me",
    password: "pw",
    sentinels: [
      { host: "a", port: 1 },
      { host: "::1", port: 26379 },
      { host: "b", port: 26379 },
    ],
    name: "main one",
    db: 2,
    sentinelPassword: "s",
  });
  assert.deepEqual(hosts, ["a:1", "[::1]:26379", "b:26379"]);
});

Deno.test("hosts are written as permissions have them", () => {
  assert.deepEqual(redisHosts("redis://u:p@cache"), ["cache:6379"]);
  assert.deepEqual(redisHosts("redis://[::1]:1"), ["[::1]:1"]);
});

Deno.test("what is no Redis URL is refused with its form, and without its password", () => {
  const bad = [
    "http://u:secret@a:1",
    "redis://u:secret@a:b",
    "redis://u:secret@a:99999",
    "redis://u:secret@a/main",
    "redis://u:%zzsecret@a",
    "redis+sentinel://u:secret@a:1",
    "redis+sentinel://u:secret@a:1,,b/main",
  ];
  for (const url of bad) {
    assert.throws(() => parseRedisUrl(url), (error: Error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /write redis:\/\/user:password@host:6379/);
      assert.ok(!error.message.includes("secret"), error.message);
      return true;
    }, url);
  }
});

Deno.test("a redacted URL tells where, and nothing that is secret", () => {
  assert.equal(redactUrl("redis://u:p@ss@a:1/0"), "redis://***@a:1/0");
  assert.equal(redactUrl("redis://a:1"), "redis://a:1");
  assert.equal(
    redactUrl("redis+sentinel://a/m?sentinelPassword=x&y=1"),
    "redis+sentinel://a/m?sentinelPassword=***&y=1",
  );
});
