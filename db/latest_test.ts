import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import type { Value } from "../engine/actor.ts";
import { startProxy } from "../tests/support/proxy.ts";
import { privateRedis } from "../tests/support/redis.ts";
import { testRedis } from "../tests/support/servers.ts";
import { deadline, sleep } from "../wait.ts";
import { type Change, createLatestCache, listenForChanges } from "./latest.ts";
import { connectRedis, disconnectRedis } from "./redis.ts";

const at = (minute: number) =>
  `2026-01-31T14:${String(minute).padStart(2, "0")}:00.000Z`;
const value = (symbol: string, minute: number, price = minute): Value => (
  { symbol, at: at(minute), price }
);

Deno.test("a value only moves forward in market time", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const priceOf = async (symbol: string) =>
    (await cache.get("quotes", [symbol])).get(symbol)?.price;

  await cache.set("quotes", [value("A", 2), value("A", 5), value("A", 3)]);
  assert.equal(await priceOf("A"), 5);
  await cache.set("quotes", [value("A", 4)]);
  assert.equal(await priceOf("A"), 5);
  await cache.set("quotes", [value("A", 5, 99)]);
  assert.equal(await priceOf("A"), 5, "one as new is kept");
  await cache.set("quotes", [value("A", 6, 1), value("A", 6, 2)]);
  assert.equal(await priceOf("A"), 1, "of two as new the first is taken");
});

Deno.test("of two values of one instant the one told later is taken, and what is told again is told to nobody", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const subscriber = server.redis.duplicate();
  const heard: Change[] = [];
  const stop = await listenForChanges(
    subscriber,
    (change) => heard.push(change),
  );
  const told = (price: number, minute?: number) =>
    cache.set("quotes", [{
      ...value("A", 5, price),
      ...(minute === undefined ? {} : { told_at: at(minute) }),
    }]);
  const price = async () => (await cache.get("quotes")).get("A")?.price;
  await told(1);
  await told(2, 10);
  assert.equal(await price(), 2);
  await told(3, 9);
  await told(3);
  assert.equal(await price(), 2, "an older telling that comes late");
  await told(2, 11);
  await told(4, 10);
  assert.equal(await price(), 2, "what was told again, holds");
  await told(5, 12);
  assert.equal(await price(), 5);
  await cache.set("quotes", [
    { ...value("B", 1, 7), told_at: at(20) },
    { ...value("B", 1, 8), told_at: at(30) },
    { ...value("B", 1, 9), told_at: at(10) },
  ]);
  await subscriber.ping();
  const prices = heard.map(({ value }) => value.price);
  assert.deepEqual(prices, [1, 2, 5, 8]);
  await stop();
  await disconnectRedis(subscriber);
});

Deno.test("what is yet to come is refused, and displaced where it stands", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const later = (minutes: number, price: number) => ({
    symbol: "A",
    at: new Date(Date.now() + minutes * 60_000).toISOString(),
    price,
  });
  const price = async () => (await cache.get("quotes")).get("A")?.price;
  const refused = await cache.set("quotes", [later(120, 1)]);
  assert.deepEqual(refused.map((value) => value.price), [1]);
  assert.equal(await price(), undefined);
  assert.deepEqual(await cache.set("quotes", [later(0.5, 2)]), []);
  assert.equal(await price(), 2, "clocks differ a little");
  const wrong = [
    '{"symbol":"A","at":"2999-01-01T00:00:00.000Z","price":0}',
    '{"at":"2999-01-01T00:00:00.000Z","symbol":"A"}',
    '{"symbol":"A","at":"+012999-01-01T00:00:00.000Z"}',
  ];
  for (const text of wrong) {
    await server.redis.hset("signalbox:latest:quotes", "A", text);
    assert.deepEqual(await cache.set("quotes", [later(0, 3)]), []);
    assert.equal(await price(), 3, text);
  }
});

Deno.test("values are those of their actor, and go with their symbol", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  await cache.set("quotes", [value("A", 1), value("B", 2)]);
  await cache.set("news", [value("A", 3)]);
  assert.deepEqual([...(await cache.get("quotes")).keys()].sort(), ["A", "B"]);
  assert.deepEqual(await cache.get("quotes", []), new Map());
  assert.deepEqual(
    await cache.get("quotes", ["none", "B"]),
    new Map([["B", value("B", 2)]]),
  );
  await cache.remove("A", ["quotes", "news"]);
  assert.deepEqual([...(await cache.get("quotes")).keys()], ["B"]);
  assert.equal((await cache.get("news")).size, 0);
});

Deno.test("what is not a value in the hash counts as absent, and is replaced", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const hash = "signalbox:latest:quotes";
  for (
    const junk of ["", "{", "null", "7", '"text"', "[]", '{"at":5}', '{"a":1}']
  ) {
    await server.redis.hset(hash, "A", junk);
    assert.equal((await cache.get("quotes")).size, 0, junk);
    await cache.set("quotes", [value("A", 1)]);
    assert.equal((await cache.get("quotes")).get("A")?.price, 1, junk);
  }
  const foreign = JSON.stringify({ price: 8, at: at(8), symbol: "A" });
  await server.redis.hset(hash, "A", foreign);
  await cache.set("quotes", [value("A", 7)]);
  assert.equal((await cache.get("quotes")).get("A")?.price, 8);
});

Deno.test("a value of a time to come, or of none, is not believed, and is replaced", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const hash = "signalbox:latest:quotes";
  const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();
  const bad = [ahead(120_000), "2999-01-01T00:00:00.000Z", "zzz", "", "2026"];
  for (const at of [...bad, "2026-13-45T99:99:99.000Z"]) {
    const text = JSON.stringify({ symbol: "A", at, price: 1 });
    await server.redis.hset(hash, "A", text);
    assert.equal((await cache.get("quotes")).size, 0, at);
    assert.equal((await cache.get("quotes", ["A"])).size, 0, at);
  }
  for (const at of bad.slice(0, 3)) {
    const text = JSON.stringify({ symbol: "A", at, price: 1 });
    await server.redis.hset(hash, "A", text);
    await cache.set("quotes", [value("A", 3)]);
    assert.equal((await cache.get("quotes")).get("A")?.price, 3, at);
  }
  // The clocks of two hosts differ a little.
  await cache.set("quotes", [{ symbol: "A", at: ahead(20_000), price: 7 }]);
  assert.equal((await cache.get("quotes")).get("A")?.price, 7);
});

Deno.test("a value that no page could show is not read", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const huge = { symbol: "A", at: at(1), note: "x".repeat(33_000) };
  await server.redis.hset("signalbox:latest:quotes", "A", JSON.stringify(huge));
  await cache.set("quotes", [value("B", 1)]);
  assert.deepEqual([...(await cache.get("quotes")).keys()], ["B"]);
});

Deno.test("a value that is still the same is read once, and nobody can change it", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  await cache.set("quotes", [value("A", 1), value("B", 1)]);
  const first = await cache.get("quotes");
  await cache.set("quotes", [value("B", 2)]);
  const second = await cache.get("quotes");
  assert.equal(second.get("A"), first.get("A"));
  assert.equal(second.get("B")?.at, at(2));
  assert.equal((await cache.get("quotes", ["A"])).get("A"), first.get("A"));
  assert.throws(() => Object.assign(first.get("A")!, { price: 2 }), TypeError);
  await cache.remove("A", ["quotes"]);
  assert.deepEqual([...(await cache.get("quotes")).keys()], ["B"]);
});

Deno.test("hostile texts come back as they were", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const symbol = '^"A\\","at":"9999';
  const headline = '\0\ud800 "],"at":"9999-01-01" \\ \u2028 </script>';
  const hostile = { symbol, at: at(1), headline };
  await cache.set("news", [hostile]);
  assert.deepEqual((await cache.get("news")).get(symbol), hostile);
  await cache.set("news", [{ symbol, at: at(2), headline: "newer" }]);
  assert.equal((await cache.get("news")).get(symbol)?.headline, "newer");
});

Deno.test("each accepted value is told, and no other", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  const subscriber = server.connect();
  const told: Change[] = [];
  const stop = await listenForChanges(subscriber, (change) => {
    told.push(change);
  });
  await cache.set("quotes", [value("A", 1), value("A", 2), value("B", 1)]);
  await cache.set("quotes", [value("A", 1), value("B", 2)]);
  await server.redis.publish("signalbox:changes", "not a change");
  while (told.length < 3) await sleep(5);
  await stop();
  await cache.set("quotes", [value("A", 9)]);
  assert.deepEqual(told, [
    { actor: "quotes", value: value("A", 2) },
    { actor: "quotes", value: value("B", 1) },
    { actor: "quotes", value: value("B", 2) },
  ]);
});

Deno.test("a listener whose connection went deaf listens again, and tells of the gap", async () => {
  const server = await testRedis();
  const proxy = startProxy(server.url);
  const [redis, subscriber] = [server.url, proxy.url].map((url) =>
    connectRedis(url)
  ) as [Redis, Redis];
  const cache = createLatestCache(redis);
  const told: Change[] = [];
  const gap = Promise.withResolvers<void>();
  const stop = await listenForChanges(
    subscriber,
    (change) => told.push(change),
    gap.resolve,
  );
  proxy.deafen();
  await cache.set("quotes", [value("A", 1)]);
  await deadline(gap.promise, 12_000, "nobody noticed");
  await cache.set("quotes", [value("A", 2)]);
  while (told.length < 1) await sleep(5);
  assert.deepEqual(told, [{ actor: "quotes", value: value("A", 2) }]);
  await stop();
  await Promise.all([redis, subscriber].map(disconnectRedis));
  await proxy.close();
  await server.stop();
});

Deno.test("the script is sent again to a server that forgot it", async () => {
  await using server = await privateRedis();
  const cache = createLatestCache(server.redis);
  await cache.set("quotes", [value("A", 1)]);
  await server.redis.script("FLUSH");
  await cache.set("quotes", [value("A", 2)]);
  assert.equal((await cache.get("quotes")).get("A")?.price, 2);
});

Deno.test("databases of one server do not hear of each other's changes", async () => {
  const server = await testRedis();
  const connections = ["/0", "/1", "/0", "/1"]
    .map((index) => connectRedis(server.url + index, { name: "test" }));
  const heard: string[][] = [[], []];
  try {
    for (const index of [0, 1]) {
      await listenForChanges(connections[index]!, ({ value: { symbol } }) => {
        heard[index]!.push(symbol);
      });
    }
    for (const index of [0, 1]) {
      const cache = createLatestCache(connections[index + 2]!);
      await cache.set("quotes", [value(`OF${index}`, 1)]);
    }
    await sleep(100);
    assert.deepEqual(heard, [["OF0"], ["OF1"]]);
  } finally {
    await Promise.all(connections.map(disconnectRedis));
    await server.stop();
  }
});
