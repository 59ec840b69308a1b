import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connectRedisBroker } from "../broker/redis/broker.ts";
import { conformance, type Harness } from "./conformance/conformance.ts";
import {
  collect,
  eventually,
  ids,
  messages,
  sleep,
} from "./conformance/bench.ts";
import { redisTests } from "./conformance/redis_bench.ts";
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

test("redis: a group that was destroyed is made again and reads from the start", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  bench.subscribe(broker, "c", got.handler);
  await broker.publish(bench.topic, messages(10));
  await eventually(() => assert.equal(got.seen.length, 10));
  await bench.raw.xgroup("DESTROY", bench.stream, bench.group);
  await eventually(() => assert.equal(got.seen.length, 20), 10_000);
  assert.ok(got.seen.slice(10).every((one) => one.redelivered));
  await broker.publish(bench.topic, messages(5, 1, 10));
  await eventually(() => assert.equal(got.seen.length, 25));
  assert.deepEqual(bench.incidents.map((one) => one.kind), ["group-recreated"]);
});

test("redis: a flush heals, again and again, without a flood of incidents", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  const one = bench.subscribe(broker, "c", got.handler);
  await broker.publish(bench.topic, messages(5));
  await eventually(() => assert.equal(got.seen.length, 5));
  const until = Date.now() + 2000;
  while (Date.now() < until) {
    await bench.raw.flushall();
    await sleep(5);
  }
  assert.ok(bench.incidents.length > 0 && bench.incidents.length < 15);
  await broker.publish(bench.topic, messages(5, 1, 5));
  await eventually(() => assert.ok(got.ids().includes("K0:9")), 15_000);
  assert.ok(one.lastReadAt > Date.now() - 5000);
});

test("redis: a blocking connection that is killed is made again", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  bench.subscribe(broker, "c", got.handler);
  for (const round of [0, 1, 2]) {
    await broker.publish(bench.topic, messages(1, 1, round));
    await eventually(() => assert.equal(got.seen.length, round + 1));
    const list = String(await bench.raw.client("LIST"));
    const line = list.split("\n").find((l) =>
      l.includes(`name=${bench.group}:c`)
    );
    await bench.raw.client("KILL", "ID", /id=(\d+)/.exec(line!)![1]!);
    await eventually(() => assert.equal(bench.incidents.length, round + 1));
  }
  assert.equal(bench.incidents[0]!.kind, "connection-rebuilt");
  assert.deepEqual(got.ids(), ids(messages(3)));
});

test("redis: a connection that falls silent is given up and made again", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  const one = bench.subscribe(broker, "c", got.handler);
  await broker.publish(bench.topic, messages(1));
  await eventually(() => assert.equal(got.seen.length, 1));
  await bench.raw.client("PAUSE", 6500, "ALL");
  await eventually(() => assert.equal(bench.incidents.length, 1), 15_000);
  assert.match(bench.incidents[0]!.detail, /no answer within 5000 ms/);
  assert.ok(one.lastReadAt > Date.now() - 3000);
  await broker.publish(bench.topic, messages(1, 1, 1));
  await eventually(() => assert.equal(got.seen.length, 2));
});

test("redis: whatever stands in the stream is handed on, and never ends the loop", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  bench.subscribe(broker, "c", got.handler);
  const binary = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]);
  await bench.raw.xadd(bench.stream, "*", "foo", "bar");
  await bench.raw.xadd(bench.stream, "*", binary, binary, "data", binary);
  await bench.raw.xadd(bench.stream, "*", "__proto__", "x", "subject", "S");
  await bench.raw.xadd(bench.stream, "*", "", "", "data", "a", "data", "b");
  await broker.publish(bench.topic, messages(1));
  await eventually(() => assert.equal(got.seen.length, 5));
  const [plain, , proto, twice] = got.seen;
  assert.deepEqual({ ...plain!.attributes }, { foo: "bar" });
  assert.equal(plain!.data, "");
  assert.equal(plain!.key, "");
  assert.equal(proto!.key, "S");
  assert.equal(twice!.data, "b");
});

test("redis: a message that could not be told apart again is refused", async (bench) => {
  const broker = await bench.connect();
  const data = { key: "K", attributes: { data: "x" }, data: "" };
  await assert.rejects(broker.publish(bench.topic, [data]), /cannot be "data"/);
  const other = { key: "K", attributes: { subject: "L" }, data: "" };
  await assert.rejects(
    broker.publish(bench.topic, [...messages(1), other]),
    /"K" says that its subject is "L"/,
  );
  assert.equal(await broker.depth(bench.topic), 0, "checked before it is sent");
});

test("redis: a publish that is refused rejects with its cause", async (bench) => {
  const broker = await bench.connect();
  await bench.raw.set(bench.stream, "no stream");
  const error = await broker.publish(bench.topic, messages(3)).catch((e) => e);
  assert.match(error.message, /publish them again/);
  assert.match(error.cause.message, /WRONGTYPE/);
  assert.equal(error.cause.command, undefined);
  const broken = bench.subscribe(broker, "c", collect().handler);
  await assert.rejects(broken.closed, /WRONGTYPE/);
});

test("redis: nothing is trimmed under a pending or unread entry, nor without a group", async (bench) => {
  const broker = await bench.connect();
  const all = { maxLength: 0, maxAgeMs: 0 };
  await broker.publish(bench.topic, messages(3000));
  assert.equal(await broker.trim(bench.topic, all), 0);
  const taken = await bench.ghost("c", 2500);
  assert.equal(await broker.trim(bench.topic, all), 0);
  await bench.raw.xack(bench.stream, bench.group, ...taken.slice(0, 2000));
  await bench.raw.xgroup("CREATE", bench.stream, "slow", taken[1799]!);
  assert.equal(await broker.trim(bench.topic, all), 1800);
  await bench.raw.xgroup("SETID", bench.stream, "slow", "$");
  assert.equal(await broker.trim(bench.topic, all), 200);
  await bench.raw.xack(bench.stream, bench.group, ...taken);
  const byLength = { maxLength: 800, maxAgeMs: 3_600_000 };
  assert.equal(await broker.trim(bench.topic, byLength), 200);
  assert.equal(await broker.trim(bench.topic, byLength), 0);
  assert.equal(await broker.trim(bench.topic, all), 300);
  const [first] = await broker.read(bench.topic, { limit: 1 });
  assert.equal(first!.attributes.id, "K0:2500", "the first unread one");
});

test("redis: settings that endanger events are warnings that name the line", async (bench) => {
  const broker = await bench.connect();
  const set = (name: string, value: string) =>
    bench.raw.config("SET", name, value);
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
    const info = await bench.raw.info("persistence");
    assert.match(info, /aof_rewrite_in_progress:0/);
  });
});

test("redis: where CONFIG is refused the loss window is unknown, and says so", async (bench) => {
  await bench.raw.acl(
    "SETUSER",
    "guest",
    "on",
    ">pw",
    "~*",
    "&*",
    "+@all",
    "-config",
  );
  const { host, port } = bench.raw.options;
  const broker = await connectRedisBroker(`redis://guest:pw@${host}:${port}`);
  try {
    const durability = await broker.durability();
    assert.match(durability.loss_window, /^unknown/);
    assert.match(durability.warnings[0]!, /CONFIG GET was refused/);
  } finally {
    await broker.close();
  }
});

test("redis: a wrong password is an error that holds no password", async (bench) => {
  const { host, port } = bench.raw.options;
  const url = `redis://default:hunter2@${host}:${port}`;
  const error = await connectRedisBroker(url).catch((e) => e);
  assert.match(error.message, /WRONGPASS/);
  assert.ok(!Deno.inspect(error).includes("hunter2"));
});
