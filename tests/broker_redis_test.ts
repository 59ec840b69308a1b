import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { BrokerUnavailableError } from "../broker/broker.ts";
import { connectRedisBroker } from "../broker/redis/broker.ts";
import { conformance, type Harness } from "./conformance/conformance.ts";
import { collect, eventually, ids, messages } from "./conformance/fixture.ts";
import { sleep } from "../wait.ts";
import { killReading, redisTests } from "./conformance/redis_fixture.ts";
import { testRedis } from "./support/servers.ts";

conformance("redis", async (): Promise<Harness> => {
  let server = await testRedis({ persist: true });
  const { url, port, dir } = server;
  return {
    connect: () => connectRedisBroker(url),
    absent: {
      address: "127.0.0.1:1",
      connect: () => connectRedisBroker("redis://user:secret@127.0.0.1:1"),
    },
    async stopServer() {
      Deno.kill(server.pid, "SIGKILL");
      await server.stop();
    },
    async startServer() {
      server = await testRedis({ persist: true, port, dir });
    },
    // Its parser shrinks one buffer, shared by all connections, by a tenth every 50 ms.
    shrink: () => sleep(5_000),
    close: () => server.stop(),
  };
});

const test = redisTests();

test("redis: a group that was destroyed is made again and reads from the start", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  fixture.subscribe(broker, "c", got.handler);
  await broker.publish(fixture.topic, messages(10));
  await eventually(() => assert.equal(got.seen.length, 10));
  await fixture.raw.xgroup("DESTROY", fixture.stream, fixture.group);
  await eventually(() => assert.equal(got.seen.length, 20), 10_000);
  assert.ok(got.seen.slice(10).every((one) => one.redelivered));
  await broker.publish(fixture.topic, messages(5, 1, 10));
  await eventually(() => assert.equal(got.seen.length, 25));
  assert.deepEqual(fixture.incidents.map((one) => one.kind), [
    "group-recreated",
  ]);
});

test("redis: a group destroyed while nobody read is an incident at the next start, with how much is read again", async (fixture) => {
  const { raw, stream, group, topic, incidents } = fixture;
  const broker = await fixture.connect();
  const first = collect();
  const one = fixture.subscribe(broker, "a", first.handler);
  await broker.publish(topic, messages(10));
  await eventually(() => assert.equal(first.seen.length, 10));
  await one.close();
  assert.equal(incidents.length, 0, "it was new");
  await raw.xgroup("DESTROY", stream, group);
  await broker.publish(topic, messages(5, 1, 10));
  const again = ["b", "c"].map((consumer) => {
    const got = collect();
    fixture.subscribe(broker, consumer, got.handler);
    return got;
  });
  const seen = () => again.flatMap((got) => got.seen);
  await eventually(() => assert.equal(seen().length, 15));
  assert.ok(seen().every((one) => one.redelivered), "any may be a dead letter");
  assert.deepEqual(incidents.map((one) => one.kind), ["group-recreated"]);
  assert.match(incidents[0]!.detail, /all 15 entries .* again/);
});

test("redis: a stream that is gone at a start is an incident", async (fixture) => {
  const { raw, stream, topic, incidents } = fixture;
  const broker = await fixture.connect();
  const got = collect();
  const one = fixture.subscribe(broker, "a", got.handler);
  await broker.publish(topic, messages(3));
  await eventually(() => assert.equal(got.seen.length, 3));
  await one.close();
  await raw.del(stream);
  fixture.subscribe(broker, "a", got.handler);
  await eventually(() => assert.equal(incidents.length, 1));
  assert.match(incidents[0]!.detail, /so is all that .* held/);
  await broker.publish(topic, messages(1, 1, 3));
  await eventually(() => assert.equal(got.seen.length, 4));
  assert.equal(got.seen[3]!.redelivered, false, "it is new");
});

test("redis: lag is what stands unread in the stream, whatever Redis counts", async (fixture) => {
  const broker = await fixture.connect();
  const { raw, stream, group, topic } = fixture;
  const lag = async () => (await broker.groups(topic))[0]?.lag;
  await raw.xgroup("CREATE", stream, group, "0", "MKSTREAM");
  await broker.publish(topic, messages(200));
  assert.equal(await lag(), 200);
  await raw.xtrim(stream, "MAXLEN", 50);
  assert.equal(await lag(), 50, "trimmed unread");
  const taken = await fixture.ghost("host-1", 20);
  assert.equal(await lag(), 30);
  await raw.xdel(stream, taken.at(-1)!);
  assert.equal(await lag(), 30, "deleted at the place that was read");
  const [next] = await broker.read(topic, {
    from: `(${taken.at(-1)}`,
    limit: 1,
  });
  await raw.xdel(stream, next!.position);
  assert.equal(await lag(), 29, "deleted unread");
  const setId = ["SETID", stream, group, taken.at(-1)!] as const;
  await raw.call("XGROUP", ...setId, "ENTRIESREAD", 3);
  assert.equal(await lag(), 29, "set by hand, with a wrong count");
  await fixture.ghost("host-1", 29);
  assert.equal(await lag(), 0);
  await raw.xtrim(stream, "MAXLEN", 0);
  assert.equal(await lag(), 0, "nothing is left");
});

test("redis: a flush heals, again and again, without a flood of incidents", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  const one = fixture.subscribe(broker, "c", got.handler);
  await broker.publish(fixture.topic, messages(5));
  await eventually(() => assert.equal(got.seen.length, 5));
  const until = Date.now() + 2000;
  while (Date.now() < until) {
    await fixture.raw.flushall();
    await sleep(5);
  }
  assert.ok(fixture.incidents.length > 0 && fixture.incidents.length < 15);
  await broker.publish(fixture.topic, messages(5, 1, 5));
  await eventually(() => assert.ok(got.ids().includes("K0:9")), 15_000);
  assert.ok(one.lastReadAt > Date.now() - 5000);
});

test("redis: a blocking connection that is killed is made again", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  fixture.subscribe(broker, "c", got.handler);
  for (const round of [0, 1, 2]) {
    await broker.publish(fixture.topic, messages(1, 1, round));
    await eventually(() => assert.equal(got.seen.length, round + 1));
    await killReading(fixture, "c");
    await eventually(() => assert.equal(fixture.incidents.length, round + 1));
  }
  assert.equal(fixture.incidents[0]!.kind, "connection-rebuilt");
  assert.deepEqual(got.ids(), ids(messages(3)));
});

test("redis: a connection that falls silent is given up and made again", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  const one = fixture.subscribe(broker, "c", got.handler);
  await broker.publish(fixture.topic, messages(1));
  await eventually(() => assert.equal(got.seen.length, 1));
  await fixture.raw.client("PAUSE", 6500, "ALL");
  await eventually(() => assert.equal(fixture.incidents.length, 1), 15_000);
  assert.match(fixture.incidents[0]!.detail, /no answer within 5000 ms/);
  assert.ok(one.lastReadAt > Date.now() - 3000);
  await broker.publish(fixture.topic, messages(1, 1, 1));
  await eventually(() => assert.equal(got.seen.length, 2));
});

test("redis: whatever stands in the stream is handed on, and never ends the loop", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  fixture.subscribe(broker, "c", got.handler);
  const binary = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]);
  await fixture.raw.xadd(fixture.stream, "*", "foo", "bar");
  await fixture.raw.xadd(fixture.stream, "*", binary, binary, "data", binary);
  await fixture.raw.xadd(fixture.stream, "*", "__proto__", "x", "subject", "S");
  await fixture.raw.xadd(fixture.stream, "*", "", "", "data", "a", "data", "b");
  await broker.publish(fixture.topic, messages(1));
  await eventually(() => assert.equal(got.seen.length, 5));
  const [plain, , proto, twice] = got.seen;
  assert.deepEqual({ ...plain!.attributes }, { foo: "bar" });
  assert.equal(plain!.data, "");
  assert.equal(plain!.key, "");
  assert.equal(proto!.key, "S");
  assert.equal(twice!.data, "b");
});

test("redis: a message that could not be told apart again is refused", async (fixture) => {
  const broker = await fixture.connect();
  const data = { key: "K", attributes: { data: "x" }, data: "" };
  await assert.rejects(
    broker.publish(fixture.topic, [data]),
    /cannot be "data"/,
  );
  const other = { key: "K", attributes: { subject: "L" }, data: "" };
  await assert.rejects(
    broker.publish(fixture.topic, [...messages(1), other]),
    /"K" says that its subject is "L"/,
  );
  assert.equal(
    await broker.depth(fixture.topic),
    0,
    "checked before it is sent",
  );
});

test("redis: a publish that is refused rejects with its cause", async (fixture) => {
  const broker = await fixture.connect();
  await fixture.raw.set(fixture.stream, "no stream");
  const error = await broker.publish(fixture.topic, messages(3)).catch((e) =>
    e
  );
  assert.match(error.message, /publish them again/);
  assert.ok(!(error instanceof BrokerUnavailableError), "it stays so");
  assert.match(error.cause.message, /WRONGTYPE/);
  assert.equal(error.cause.command, undefined);
  const broken = fixture.subscribe(broker, "c", collect().handler);
  await assert.rejects(broken.closed, /WRONGTYPE/);
});

test("redis: a server that refuses for now is unavailable, with its words and no password", async (fixture) => {
  const broker = await fixture.connect();
  await fixture.raw.config("SET", "maxmemory", "1");
  try {
    const publishing = broker.publish(fixture.topic, messages(3));
    const error = await publishing.catch((e) => e);
    assert.ok(error instanceof BrokerUnavailableError, String(error));
    const { host, port } = fixture.raw.options;
    assert.ok(error.message.includes(`@${host}:${port}`), error.message);
    assert.match(Deno.inspect(error), /OOM command not allowed/);
  } finally {
    await fixture.raw.config("SET", "maxmemory", "0");
  }
  await broker.publish(fixture.topic, messages(3));
});

test("redis: nothing is trimmed under a pending or unread entry, nor without a group", async (fixture) => {
  const broker = await fixture.connect();
  const all = { maxLength: 0, maxAgeMs: 0 };
  await broker.publish(fixture.topic, messages(3000));
  assert.equal(await broker.trim(fixture.topic, all), 0);
  const taken = await fixture.ghost("c", 2500);
  assert.equal(await broker.trim(fixture.topic, all), 0);
  await fixture.raw.xack(
    fixture.stream,
    fixture.group,
    ...taken.slice(0, 2000),
  );
  await fixture.raw.xgroup("CREATE", fixture.stream, "slow", taken[1799]!);
  assert.equal(await broker.trim(fixture.topic, all), 1800);
  await fixture.raw.xgroup("SETID", fixture.stream, "slow", "$");
  assert.equal(await broker.trim(fixture.topic, all), 200);
  await fixture.raw.xack(fixture.stream, fixture.group, ...taken);
  const byLength = { maxLength: 800, maxAgeMs: 3_600_000 };
  assert.equal(await broker.trim(fixture.topic, byLength), 200);
  assert.equal(await broker.trim(fixture.topic, byLength), 0);
  assert.equal(await broker.trim(fixture.topic, all), 300);
  const [first] = await broker.read(fixture.topic, { limit: 1 });
  assert.equal(first!.attributes.id, "K0:2500", "the first unread one");
});

test("redis: settings that endanger events are warnings that name the line", async (fixture) => {
  const broker = await fixture.connect();
  const set = (name: string, value: string) =>
    fixture.raw.config("SET", name, value);
  const none = await broker.durability();
  assert.equal(none.loss_window_ms, null);
  assert.match(
    none.warnings.join(),
    /^appendonly is "no": set "appendonly yes" in redis.conf/,
  );
  await set("appendonly", "yes");
  const second = await broker.durability();
  assert.equal(second.loss_window.slice(0, 9), "up to 1 s");
  assert.deepEqual(second.warnings, []);
  await set("no-appendfsync-on-rewrite", "yes");
  await set("maxmemory-policy", "allkeys-lru");
  const risky = await broker.durability();
  assert.equal(risky.loss_window_ms, 30_000);
  assert.equal(risky.warnings.length, 2);
  assert.match(risky.warnings[1]!, /set "maxmemory-policy noeviction"/);
  await set("maxmemory-policy", "noeviction");
  await set("appendfsync", "always");
  const safe = await broker.durability();
  assert.deepEqual([safe.loss_window_ms, safe.warnings], [0, []]);
  await set("appendfsync", "no");
  assert.match(
    (await broker.durability()).warnings[0]!,
    /appendfsync everysec/,
  );
  // While Redis writes its first file it does not heed SIGTERM.
  await eventually(async () => {
    const info = await fixture.raw.info("persistence");
    assert.match(info, /aof_rewrite_in_progress:0/);
  });
});

test("redis: where CONFIG is refused the loss window is unknown, and says so", async (fixture) => {
  await fixture.raw.acl(
    "SETUSER",
    "guest",
    "on",
    ">pw",
    "~*",
    "&*",
    "+@all",
    "-config",
  );
  const { host, port } = fixture.raw.options;
  const broker = await connectRedisBroker(`redis://guest:pw@${host}:${port}`);
  try {
    const durability = await broker.durability();
    assert.match(durability.loss_window, /^unknown/);
    assert.match(durability.warnings[0]!, /CONFIG GET was refused/);
  } finally {
    await broker.close();
  }
});

test("redis: a wrong password is an error that holds no password", async (fixture) => {
  const { host, port } = fixture.raw.options;
  const url = `redis://default:hunter2@${host}:${port}`;
  const error = await connectRedisBroker(url).catch((e) => e);
  assert.match(error.message, /WRONGPASS/);
  assert.ok(error.message.includes(`@${host}:${port}`), error.message);
  assert.ok(!(error instanceof BrokerUnavailableError), "it stays so");
  assert.ok(!Deno.inspect(error).includes("hunter2"));
});
