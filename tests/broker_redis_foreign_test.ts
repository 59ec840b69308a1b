/** What other programs do to our streams: read them with groups of their own, and delete from them. */
import assert from "node:assert/strict";
import type { Incident, TrimLimits } from "../broker/broker.ts";
import type { BrokerOptions } from "../broker/open.ts";
import { sleep } from "../wait.ts";
import { collect, eventually, ids, messages } from "./conformance/fixture.ts";
import {
  claimAfterMs,
  killReading,
  type RedisFixture,
  redisTests,
} from "./conformance/redis_fixture.ts";

const test = redisTests();

/** Our own group reads and acknowledges `count` messages; the foreign one is made before, and stands still. */
async function readBesideForeign(fixture: RedisFixture, count: number) {
  const broker = await fixture.connect();
  const { topic, raw, stream, group } = fixture;
  await raw.xgroup("CREATE", stream, "other's", "0", "MKSTREAM");
  await broker.publish(topic, messages(count));
  const taken = await fixture.ghost("c", count);
  await raw.xack(stream, group, ...taken);
  return { broker, taken };
}

test("a foreign group is told with its lag and the command that removes it", async (fixture) => {
  const { broker } = await readBesideForeign(fixture, 30);
  const { topic, raw, stream } = fixture;
  await raw.xgroup("CREATE", stream, topic, "0");
  const groups = await broker.groups(topic);
  assert.deepEqual(
    groups.map(({ group, lag, removed_by }) => [group, lag, removed_by]),
    [
      [topic, 30, `redis-cli XGROUP DESTROY ${stream} ${topic}`],
      ["other's", 30, `redis-cli XGROUP DESTROY ${stream} 'other'\\''s'`],
      [topic, 0, null],
    ],
  );
});

test("a foreign group that stands still stops trimming, unless it is bounded", async (fixture) => {
  const { broker, taken } = await readBesideForeign(fixture, 5000);
  const { topic, raw, stream } = fixture;
  await raw.xgroup("CREATE", stream, "reads along", "$");
  const passed: string[] = [];
  const trim = (limits: Partial<TrimLimits>) =>
    broker.trim(topic, {
      maxLength: 100,
      maxAgeMs: 3_600_000,
      onPassedOver: (group) => passed.push(group),
      ...limits,
    });
  assert.equal(await trim({}), 0);
  assert.equal(await trim({ foreignLimit: 5000 }), 0);
  assert.deepEqual(passed, []);
  assert.equal(await trim({ foreignLimit: 2200 }), 2800);
  assert.deepEqual(passed, ["other's"]);
  assert.equal(await trim({ foreignLimit: 2200 }), 0);
  assert.equal(await trim({ foreignLimit: 50 }), 2100, "to the other limit");
  assert.equal(await trim({ foreignLimit: 40, maxAgeMs: 0 }), 60, "too old");
  assert.deepEqual(passed, Array(3).fill("other's"), "once for each trim");
  await raw.xgroup("SETID", stream, "other's", taken.at(-1)!);
  assert.equal(await trim({ foreignLimit: 50, maxLength: 10 }), 30);
  assert.equal(passed.length, 3, "it has read everything");
});

test("nothing that our own group has not acknowledged is trimmed over a foreign one", async (fixture) => {
  const broker = await fixture.connect();
  const { topic, raw, stream, group } = fixture;
  const limits = { maxLength: 0, maxAgeMs: 0, foreignLimit: 1 };
  await broker.publish(topic, messages(100));
  await raw.xgroup("CREATE", stream, "other", "0");
  assert.equal(await broker.trim(topic, limits), 0, "without a group of ours");
  const taken = await fixture.ghost("c", 60);
  await raw.xack(stream, group, ...taken.slice(0, 40), ...taken.slice(41));
  assert.equal(await broker.trim(topic, limits), 40);
  await raw.xack(stream, group, taken[40]!);
  assert.equal(await broker.trim(topic, limits), 20);
  const [first] = await broker.read(topic, { limit: 1 });
  assert.equal(first!.attributes.id, "K0:60", "the first unread one");
});

test("a group of another actor of ours is not foreign, and keeps what it has not acknowledged", async (fixture) => {
  const broker = await fixture.connect();
  const { topic, raw, stream, group } = fixture;
  const limits = { maxLength: 0, maxAgeMs: 0, foreignLimit: 1 };
  const observer = "signalbox:observer";
  await broker.publish(topic, messages(100));
  await raw.xgroup("CREATE", stream, observer, "$");
  assert.equal(await broker.trim(topic, limits), 0, "without the topic's own");
  const taken = await fixture.ghost("c", 100);
  await raw.xack(stream, group, ...taken);
  await raw.xgroup("SETID", stream, observer, taken[29]!);
  assert.equal(await broker.trim(topic, limits), 30);
  const groups = await broker.groups(topic);
  assert.deepEqual(groups.map(({ removed_by }) => removed_by), [null, null]);
  const other = groups.find((one) => one.group === "observer");
  assert.equal(other!.lag, 70);
});

/** A consumer with one batch of ten in its handler, and ten read ahead. */
async function withTwentyInHand(
  fixture: RedisFixture,
  options?: BrokerOptions,
) {
  const broker = await fixture.connect(options);
  const gate = Promise.withResolvers<void>();
  const aborted: unknown[] = [];
  const got = collect((_, signal) => {
    signal.onabort = () => aborted.push(signal.reason);
    return gate.promise;
  });
  fixture.subscribe(broker, "host-1", got.handler, 10);
  await broker.publish(fixture.topic, messages(20));
  const positions = await eventually(async () => {
    const all = await broker.pending(fixture.topic, fixture.topic);
    assert.equal(all.length, 20);
    return all.map((one) => one.position);
  });
  return { broker, got, gate, positions, aborted };
}

const kinds = (incidents: readonly Incident[]) =>
  incidents.map((one) => one.kind);

for (const how of ["XDEL", "XTRIM", "XDEL and XACK"] as const) {
  test(`entries in hand are handled though somebody took them away by ${how}`, async (fixture) => {
    const { raw, stream, group, topic, incidents } = fixture;
    const { broker, got, gate, positions, aborted } = await withTwentyInHand(
      fixture,
    );
    const doomed = positions.slice(0, 19);
    if (how === "XTRIM") await raw.xtrim(stream, "MAXLEN", 1);
    else await raw.xdel(stream, ...doomed);
    if (how === "XDEL and XACK") await raw.xack(stream, group, ...doomed);
    await sleep(3 * claimAfterMs);
    gate.resolve();
    await eventually(() => assert.equal(new Set(got.ids()).size, 20));
    assert.deepEqual(got.ids(), ids(messages(20)), "each once, in order");
    assert.deepEqual(aborted, []);
    assert.deepEqual(kinds(incidents), ["deleted-in-hand"]);
    assert.match(incidents[0]!.detail, /^19 entries of .* host-1 had them/);
    await eventually(async () =>
      assert.deepEqual(await broker.pending(topic, topic), [])
    );
  });
}

test("what was deleted in hand is told as soon as Redis forgets that it is pending", async (fixture) => {
  const { raw, stream, group, incidents } = fixture;
  const { gate, positions } = await withTwentyInHand(fixture, {
    claimAfterMs: 6000, // leases are renewed every 2 s
  });
  await raw.xdel(stream, ...positions);
  await eventually(async () =>
    assert.equal((await raw.xpending(stream, group))[0], 0)
  );
  await sleep(500);
  const told = incidents[0]?.detail ?? "nothing";
  gate.resolve();
  assert.match(told, /^20 entries/);
});

test("a drain does not give up what is in hand, deleted or not", async (fixture) => {
  const { raw, stream, incidents } = fixture;
  const patient = await fixture.connect({ claimAfterMs: 60_000 });
  const got = collect();
  const one = fixture.subscribe(patient, "host-1", got.handler, 10);
  one.pause();
  await patient.publish(fixture.topic, messages(10));
  const positions = await eventually(async () => {
    const all = await patient.pending(fixture.topic, fixture.topic);
    assert.equal(all.length, 10);
    return all.map(({ position }) => position);
  });
  await raw.xdel(stream, ...positions);
  // The connection that reads is lost, so the new one reads once more what is pending.
  await killReading(fixture, "host-1");
  await eventually(() => assert.ok(incidents.length > 0), 10_000);
  one.resume();
  await eventually(() => assert.equal(got.seen.length, 10));
  assert.deepEqual(kinds(incidents), ["connection-rebuilt"]);
});

test("entries in hand are handled though somebody removed their consumer", async (fixture) => {
  const { got, gate, aborted } = await withTwentyInHand(fixture);
  await fixture.raw.xgroup(
    ...["DELCONSUMER", fixture.stream, fixture.group, "host-1"] as const,
  );
  await sleep(3 * claimAfterMs);
  gate.resolve();
  await eventually(() => assert.equal(got.seen.length, 20));
  assert.deepEqual([got.ids(), aborted], [ids(messages(20)), []]);
});

/** Two consumers that read nothing new, and what each of them finds when it looks. */
async function watched(fixture: RedisFixture) {
  const broker = await fixture.connect();
  const got = collect();
  const both = ["host-1", "host-2"].map((name) =>
    fixture.subscribe(broker, name, got.handler)
  );
  await broker.publish(fixture.topic, messages(20));
  await eventually(() => assert.equal(got.seen.length, 20));
  const { raw, stream, group } = fixture;
  await eventually(async () =>
    assert.equal((await raw.xpending(stream, group))[0], 0)
  );
  const look = async () => {
    for (const one of both) await one.recover();
  };
  // Each reads one batch ahead, and what follows stays unread.
  for (const one of both) one.pause();
  await broker.publish(fixture.topic, messages(2, 1, 20));
  await eventually(async () =>
    assert.equal((await raw.xpending(stream, group))[0], 2)
  );
  await broker.publish(fixture.topic, messages(100, 1, 22));
  assert.equal((await broker.groups(fixture.topic))[0]!.lag, 100);
  await look();
  const unread = () => fixture.incidents.filter(isUnread);
  return { broker, both, got, look, unread };
}

const isUnread = (one: Incident) => one.kind === "trimmed-unread";

test("entries that were trimmed unread are an incident, once, with their number", async (fixture) => {
  const { both, got, look, unread } = await watched(fixture);
  const { raw, stream } = fixture;
  await look();
  assert.deepEqual(unread(), []);
  await raw.xtrim(stream, "MAXLEN", 70);
  await look();
  await look();
  assert.match(unread()[0]!.detail, /^30 entries of .* were deleted before/);
  await raw.xtrim(stream, "MAXLEN", 60);
  for (const one of both) one.resume();
  await eventually(() => assert.ok(got.ids().includes("K0:121")));
  await look();
  assert.match(unread()[1]!.detail, /^10 /, "found after they were passed");
  assert.equal(unread().length, 2);
});

test("entries that were deleted unread are an incident with their number", async (fixture) => {
  const { broker, both, got, look, unread } = await watched(fixture);
  const { raw, stream } = fixture;
  const all = await broker.read(fixture.topic, { limit: 200 });
  const doomed = all.slice(-50, -40).map((one) => one.position);
  await raw.xdel(stream, ...doomed);
  await look();
  for (const one of both) one.resume();
  await eventually(() => assert.ok(got.ids().includes("K0:121")));
  await look();
  await raw.xdel(stream, all[0]!.position); // read long ago
  await look();
  assert.equal(unread().length, 1);
  assert.match(unread()[0]!.detail, /^10 entries/);
});

test("what was never taken away is no incident, whatever Redis counts", async (fixture) => {
  const { broker, both, got, look, unread } = await watched(fixture);
  const { raw, stream, group, topic } = fixture;
  const [first] = await broker.read(topic, { limit: 1 });
  const last = (await broker.pending(topic, topic)).at(-1);
  const setId = (id: string, read: number) =>
    raw.call("XGROUP", "SETID", stream, group, id, "ENTRIESREAD", read);
  await setId("$", 22);
  await look();
  for (const read of [3, 500, 22]) {
    await setId(first!.position, read);
    await look();
  }
  await setId(last!.position, 3);
  await raw.xtrim(stream, "MAXLEN", 112); // what was handled long ago
  await look();
  await raw.xgroup("SETID", stream, group, "$");
  await look();
  await broker.publish(topic, messages(10, 1, 122));
  for (const one of both) one.resume();
  await eventually(() => assert.ok(got.ids().includes("K0:131")));
  await eventually(async () =>
    assert.equal((await raw.xpending(stream, group))[0], 0)
  );
  await look();
  assert.equal(await broker.trim(topic, { maxLength: 0, maxAgeMs: 0 }), 122);
  await look();
  await raw.xgroup("DESTROY", stream, group);
  await look();
  await eventually(() => assert.ok(fixture.incidents.length > 0), 10_000);
  await broker.publish(topic, messages(10, 1, 132));
  await eventually(() => assert.ok(got.ids().includes("K0:141")));
  await look();
  assert.deepEqual(unread(), []);
});

test("over a new connection, behind which may be another server, no count is believed", async (fixture) => {
  const { look, unread } = await watched(fixture);
  const { raw, stream } = fixture;
  await raw.xtrim(stream, "MAXLEN", 70);
  const me = Number(await raw.client("ID"));
  const list = String(await raw.client("LIST"));
  for (const line of list.split("\n").filter((each) => each !== "")) {
    const id = Number(/^id=(\d+)/.exec(line)![1]);
    if (id !== me) await raw.client("KILL", "ID", id);
  }
  await sleep(500);
  await look();
  assert.deepEqual(unread(), []);
  await raw.xtrim(stream, "MAXLEN", 60);
  await look();
  assert.match(unread()[0]!.detail, /^10 /, "it goes on from there");
});
