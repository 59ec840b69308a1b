import assert from "node:assert/strict";
import { removeDead } from "../broker/redis/claim.ts";
import type { GroupConsumer } from "../broker/redis/group.ts";
import {
  collect,
  eventually,
  ids,
  messages,
  sleep,
} from "./conformance/bench.ts";
import {
  claimAfterMs,
  consumerNames,
  redisTests,
} from "./conformance/redis_bench.ts";

const test = redisTests();

test("what a crash left pending comes first, before anything new", async (bench) => {
  const broker = await bench.connect();
  await broker.publish(bench.topic, messages(60));
  await bench.ghost("host-1", 35);
  const got = collect();
  bench.subscribe(broker, "host-1", got.handler, 10);
  await eventually(() => assert.equal(got.seen.length, 60));
  assert.deepEqual(got.ids(), ids(messages(60)));
  assert.deepEqual(
    got.seen.map((one) => one.redelivered),
    got.seen.map((_, i) => i < 35),
  );
});

test("a dead consumer's deliveries are taken over, then its name goes", async (bench) => {
  const broker = await bench.connect();
  await broker.publish(bench.topic, messages(2500));
  await bench.ghost("host-1", 2300);
  const got = collect();
  await sleep(claimAfterMs + 50);
  const patient = await bench.connect({ claimAfterMs: 60_000 });
  const waiting = bench.subscribe(patient, "host-3", got.handler, 100);
  assert.equal(await waiting.recover(), 0, "it has not been silent for long");
  await waiting.close();
  const live = bench.subscribe(broker, "host-2", got.handler, 100);
  assert.equal(await live.recover(), 2300);
  assert.deepEqual(await consumerNames(bench), ["host-2"]);
  await eventually(() => assert.equal(got.seen.length, 2500));
  const again = got.seen.filter((one) => one.redelivered);
  assert.equal(again.length, 2300);
  assert.deepEqual(bench.incidents.map((one) => one.kind), ["taken-over"]);
  assert.match(bench.incidents[0]!.detail, /2300 deliveries .* from host-1/);
});

test("a live handler that is slower than the threshold is never run twice", async (bench) => {
  const publisher = await bench.connect();
  await publisher.publish(bench.topic, messages(30));
  const runs: string[] = [];
  const slow = collect(async (batch) => {
    runs.push(...ids(batch));
    await sleep(3 * claimAfterMs);
  });
  bench.subscribe(await bench.connect(), "slow", slow.handler, 10);
  await eventually(() => assert.equal(runs.length, 10));
  const thief = collect();
  const other = bench.subscribe(await bench.connect(), "other", thief.handler);
  const until = Date.now() + 12 * claimAfterMs;
  for (let n = 30; Date.now() < until; n++) {
    // There is always somebody dead, so that every sweep does claim.
    await bench.ghostWithNew(`ghost-${n}`, `K0:${n}`);
    await other.recover();
    await sleep(40);
  }
  const both = [...runs, ...thief.ids()];
  assert.equal(new Set(both).size, both.length, "something ran twice");
  const takeovers = bench.incidents.filter((one) => one.kind === "taken-over");
  assert.ok(takeovers.length > 3, `only ${takeovers.length} sweeps claimed`);
});

test("the name of a dead consumer stays while something is pending with it", async (bench) => {
  const broker = await bench.connect();
  await broker.publish(bench.topic, messages(1));
  const [id] = await bench.ghost("host-1", 1);
  const { raw: redis, stream, group } = bench;
  const at = { redis, stream, group, claimAfterMs, report: () => {} };
  const me: GroupConsumer = { ...at, consumer: "me" };
  await removeDead(me, "host-1");
  assert.deepEqual(await consumerNames(bench), ["host-1"]);
  await bench.raw.xack(bench.stream, bench.group, id!);
  await bench.raw.set(`signalbox:alive:${bench.group}:host-1`, "1");
  await removeDead(me, "host-1");
  assert.deepEqual(await consumerNames(bench), ["host-1"], "it lives");
  await bench.raw.del(`signalbox:alive:${bench.group}:host-1`);
  await removeDead(me, "host-1");
  assert.deepEqual(await consumerNames(bench), []);
});

test("entries deleted while pending with the dead are counted as lost", async (bench) => {
  const broker = await bench.connect();
  await broker.publish(bench.topic, messages(10));
  const taken = await bench.ghost("host-1", 10);
  await bench.raw.xdel(bench.stream, taken[2]!, taken[7]!);
  const got = collect();
  const live = bench.subscribe(broker, "host-2", got.handler);
  await sleep(claimAfterMs + 50);
  assert.equal(await live.recover(), 8);
  await eventually(() => assert.equal(got.seen.length, 8));
  const lost = bench.incidents.find((one) =>
    one.kind === "trimmed-while-pending"
  );
  assert.match(
    lost?.detail ?? "",
    new RegExp(`2 entries.*${taken[2]}, ${taken[7]}`),
  );
  await eventually(async () =>
    assert.deepEqual(await broker.pending(bench.topic, bench.topic), [])
  );
});

test("entries deleted while pending with ourselves are counted as lost", async (bench) => {
  const broker = await bench.connect();
  await broker.publish(bench.topic, messages(10));
  const taken = await bench.ghost("host-1", 10);
  await bench.raw.xdel(bench.stream, taken[0]!);
  const got = collect();
  bench.subscribe(broker, "host-1", got.handler);
  await eventually(() => assert.equal(got.seen.length, 9));
  assert.equal(bench.incidents[0]?.kind, "trimmed-while-pending");
  await eventually(async () =>
    assert.deepEqual(await broker.pending(bench.topic, bench.topic), [])
  );
});

test("a reply that was lost on its way is found among our own pending entries", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  const live = bench.subscribe(broker, "host-1", got.handler);
  await eventually(async () =>
    assert.deepEqual(await consumerNames(bench), ["host-1"])
  );
  live.pause(); // reads one batch ahead, and then no more
  await broker.publish(bench.topic, messages(20));
  await sleep(100);
  await bench.ghost("host-1", 5);
  live.resume();
  await eventually(() => assert.equal(got.seen.length, 20), 5000);
  assert.deepEqual(got.ids().sort(), ids(messages(20)).sort());
});

test("what another consumer has taken over is not handed out any more", async (bench) => {
  const broker = await bench.connect();
  let aborted = false;
  const got = collect(async (_, signal) => {
    await sleep(claimAfterMs);
    aborted ||= signal.aborted;
  });
  bench.subscribe(broker, "host-1", got.handler, 10);
  await broker.publish(bench.topic, messages(20));
  const pending = await eventually(async () => {
    const all = await broker.pending(bench.topic, bench.topic);
    assert.equal(all.length, 20);
    return all.map((one) => one.position);
  });
  await bench.raw.xclaim(bench.stream, bench.group, "host-2", 0, ...pending);
  await sleep(4 * claimAfterMs);
  assert.equal(got.seen.length, 10, "the batch ahead was handed out");
  assert.ok(aborted, "the handler of the batch in hand was not told");
  const rest = await broker.pending(bench.topic, bench.topic);
  assert.deepEqual(rest.map((one) => one.consumer), Array(10).fill("host-2"));
});

test("a consumer that leaves takes its name along, unless something is pending", async (bench) => {
  const broker = await bench.connect();
  const got = collect();
  const one = bench.subscribe(broker, "host-1", got.handler);
  await broker.publish(bench.topic, messages(5));
  await eventually(() => assert.equal(got.seen.length, 5));
  await one.close();
  assert.deepEqual(await consumerNames(bench), []);
  const failing = () => Promise.reject(new Error("no"));
  const two = bench.subscribe(broker, "host-2", failing);
  await broker.publish(bench.topic, messages(1, 1, 5));
  await eventually(async () =>
    assert.equal((await broker.pending(bench.topic, bench.topic)).length, 1)
  );
  await two.close();
  assert.deepEqual(await consumerNames(bench), ["host-2"]);
  const alive = `signalbox:alive:${bench.group}:host-2`;
  assert.equal(await bench.raw.exists(alive), 0);
});
