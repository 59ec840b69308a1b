import assert from "node:assert/strict";
import { type GroupConsumer, removeDead } from "../broker/redis/group.ts";
import { collect, eventually, ids, messages } from "./conformance/fixture.ts";
import { connectBroker } from "../broker/open.ts";
import { sleep } from "../wait.ts";
import {
  claimAfterMs,
  consumerNames,
  redisTests,
} from "./conformance/redis_fixture.ts";

const test = redisTests();

test("what a crash left pending comes first, before anything new", async (fixture) => {
  const broker = await fixture.connect();
  await broker.publish(fixture.topic, messages(60));
  await fixture.ghost("host-1", 35);
  const got = collect();
  fixture.subscribe(broker, "host-1", got.handler, 10);
  await eventually(() => assert.equal(got.seen.length, 60));
  assert.deepEqual(got.ids(), ids(messages(60)));
  assert.deepEqual(
    got.seen.map((one) => one.redelivered),
    got.seen.map((_, i) => i < 35),
  );
});

test("a dead consumer's deliveries are taken over, then its name goes", async (fixture) => {
  const broker = await fixture.connect();
  await broker.publish(fixture.topic, messages(2500));
  await fixture.ghost("host-1", 2300);
  const got = collect();
  await sleep(claimAfterMs + 50);
  const patient = await fixture.connect({ claimAfterMs: 60_000 });
  const waiting = fixture.subscribe(patient, "host-3", got.handler, 100);
  assert.equal(await waiting.recover(), 0, "it has not been silent for long");
  await waiting.close();
  const live = fixture.subscribe(broker, "host-2", got.handler, 100);
  assert.equal(await live.recover(), 2300);
  assert.deepEqual(await consumerNames(fixture), ["host-2"]);
  await eventually(() => assert.equal(got.seen.length, 2500));
  const again = got.seen.filter((one) => one.redelivered);
  assert.equal(again.length, 2300);
  assert.deepEqual(fixture.incidents.map((one) => one.kind), ["taken-over"]);
  assert.match(fixture.incidents[0]!.detail, /2300 deliveries .* from host-1/);
});

test("a live handler that is slower than the threshold is never run twice", async (fixture) => {
  const publisher = await fixture.connect();
  await publisher.publish(fixture.topic, messages(30));
  const runs: string[] = [];
  const slow = collect(async (batch) => {
    runs.push(...ids(batch));
    await sleep(3 * claimAfterMs);
  });
  fixture.subscribe(await fixture.connect(), "slow", slow.handler, 10);
  await eventually(() => assert.equal(runs.length, 10));
  const thief = collect();
  const other = fixture.subscribe(
    await fixture.connect(),
    "other",
    thief.handler,
  );
  const until = Date.now() + 12 * claimAfterMs;
  for (let n = 30; Date.now() < until; n++) {
    // There is always somebody dead, so that every sweep does claim.
    await fixture.ghostWithNew(`ghost-${n}`, `K0:${n}`);
    await other.recover();
    await sleep(40);
  }
  const both = [...runs, ...thief.ids()];
  assert.equal(new Set(both).size, both.length, "something ran twice");
  const takeovers = fixture.incidents.filter((one) =>
    one.kind === "taken-over"
  );
  assert.ok(takeovers.length > 3, `only ${takeovers.length} sweeps claimed`);
});

test("the name of a dead consumer stays while something is pending with it", async (fixture) => {
  const broker = await fixture.connect();
  await broker.publish(fixture.topic, messages(1));
  const [id] = await fixture.ghost("host-1", 1);
  const { raw: redis, stream, group } = fixture;
  const at = { redis, stream, group, claimAfterMs, report: () => {} };
  const me: GroupConsumer = { ...at, consumer: "me" };
  await removeDead(me, "host-1");
  assert.deepEqual(await consumerNames(fixture), ["host-1"]);
  await fixture.raw.xack(fixture.stream, fixture.group, id!);
  await fixture.raw.set(`signalbox:alive:${fixture.group}:host-1`, "1");
  await removeDead(me, "host-1");
  assert.deepEqual(await consumerNames(fixture), ["host-1"], "it lives");
  await fixture.raw.del(`signalbox:alive:${fixture.group}:host-1`);
  await removeDead(me, "host-1");
  assert.deepEqual(await consumerNames(fixture), []);
});

test("entries deleted while pending with the dead are counted as lost", async (fixture) => {
  const broker = await fixture.connect();
  await broker.publish(fixture.topic, messages(10));
  const taken = await fixture.ghost("host-1", 10);
  await fixture.raw.xdel(fixture.stream, taken[2]!, taken[7]!);
  const got = collect();
  const live = fixture.subscribe(broker, "host-2", got.handler);
  await sleep(claimAfterMs + 50);
  assert.equal(await live.recover(), 8);
  await eventually(() => assert.equal(got.seen.length, 8));
  const lost = fixture.incidents.find((one) =>
    one.kind === "trimmed-while-pending"
  );
  assert.match(
    lost?.detail ?? "",
    new RegExp(`2 entries.*${taken[2]}, ${taken[7]}`),
  );
  await eventually(async () =>
    assert.deepEqual(await broker.pending(fixture.topic, fixture.topic), [])
  );
});

test("entries deleted while pending with ourselves are counted as lost", async (fixture) => {
  const broker = await fixture.connect();
  await broker.publish(fixture.topic, messages(10));
  const taken = await fixture.ghost("host-1", 10);
  await fixture.raw.xdel(fixture.stream, taken[0]!);
  const got = collect();
  fixture.subscribe(broker, "host-1", got.handler);
  await eventually(() => assert.equal(got.seen.length, 9));
  assert.equal(fixture.incidents[0]?.kind, "trimmed-while-pending");
  await eventually(async () =>
    assert.deepEqual(await broker.pending(fixture.topic, fixture.topic), [])
  );
});

test("a reply that was lost on its way is found among our own pending entries", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  const live = fixture.subscribe(broker, "host-1", got.handler);
  await eventually(async () =>
    assert.deepEqual(await consumerNames(fixture), ["host-1"])
  );
  live.pause(); // reads one batch ahead, and then no more
  await broker.publish(fixture.topic, messages(20));
  await sleep(100);
  await fixture.ghost("host-1", 5);
  live.resume();
  await eventually(() => assert.equal(got.seen.length, 20), 5000);
  assert.deepEqual(got.ids().sort(), ids(messages(20)).sort());
});

test("what another consumer has taken over is not handed out any more", async (fixture) => {
  const broker = await fixture.connect();
  let aborted = false;
  const got = collect(async (_, signal) => {
    await sleep(claimAfterMs);
    aborted ||= signal.aborted;
  });
  fixture.subscribe(broker, "host-1", got.handler, 10);
  await broker.publish(fixture.topic, messages(20));
  const pending = await eventually(async () => {
    const all = await broker.pending(fixture.topic, fixture.topic);
    assert.equal(all.length, 20);
    return all.map((one) => one.position);
  });
  await fixture.raw.xclaim(
    fixture.stream,
    fixture.group,
    "host-2",
    0,
    ...pending,
  );
  await sleep(4 * claimAfterMs);
  assert.equal(got.seen.length, 10, "the batch ahead was handed out");
  assert.ok(aborted, "the handler of the batch in hand was not told");
  const rest = await broker.pending(fixture.topic, fixture.topic);
  assert.deepEqual(rest.map((one) => one.consumer), Array(10).fill("host-2"));
});

test("a consumer that leaves takes its name along, unless something is pending", async (fixture) => {
  const broker = await fixture.connect();
  const got = collect();
  const one = fixture.subscribe(broker, "host-1", got.handler);
  await broker.publish(fixture.topic, messages(5));
  await eventually(() => assert.equal(got.seen.length, 5));
  await one.close();
  assert.deepEqual(await consumerNames(fixture), []);
  const failing = () => Promise.reject(new Error("no"));
  const two = fixture.subscribe(broker, "host-2", failing);
  await broker.publish(fixture.topic, messages(1, 1, 5));
  await eventually(async () =>
    assert.equal((await broker.pending(fixture.topic, fixture.topic)).length, 1)
  );
  await two.close();
  assert.deepEqual(await consumerNames(fixture), ["host-2"]);
  const alive = `signalbox:alive:${fixture.group}:host-2`;
  assert.equal(await fixture.raw.exists(alive), 0);
});

test("a login that Redis has forgotten for a while is waited for, and nothing is lost", async (fixture) => {
  const { host, port } = fixture.raw.options;
  const make = () =>
    fixture.raw.call("ACL", "SETUSER", "isolate", "on", ">pw", "~*", "+@all");
  await make();
  const broker = await connectBroker(`redis://isolate:pw@${host}:${port}`);
  try {
    const publisher = await fixture.connect();
    const got = collect();
    const { closed } = fixture.subscribe(broker, "host-1", got.handler, 10);
    let ended = false;
    closed.then(() => ended = true, () => ended = true);
    await publisher.publish(fixture.topic, messages(5));
    await eventually(() => assert.equal(got.seen.length, 5));
    // Its connections are cut, as by a server that restarts without a file of users.
    await fixture.raw.call("ACL", "DELUSER", "isolate");
    await publisher.publish(fixture.topic, messages(10).slice(5));
    await sleep(1_000);
    assert.equal(ended, false);
    await make();
    await eventually(() => assert.equal(got.seen.length, 10));
    assert.equal(ended, false);
  } finally {
    await broker.close();
    await fixture.raw.call("ACL", "DELUSER", "isolate");
  }
});
