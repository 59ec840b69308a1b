/** Depth, lag, pending, reading, replay and trimming. */
import assert from "node:assert/strict";
import type { Broker } from "../../broker/broker.ts";
import { type Case, collect, eventually, ids, messages } from "./fixture.ts";
import { sleep } from "../../wait.ts";

const open = async (broker: Broker, topic: string, group: string) => {
  const all = await broker.groups(topic);
  const status = all.find((one) => one.group === group);
  assert.ok(status, `${group} is not among ${all.map((one) => one.group)}`);
  assert.notEqual(status.lag, null);
  return status.pending + (status.lag as number);
};

export const inspection: readonly Case[] = [
  {
    name: "answers for a topic that is not there",
    async run(fixture) {
      const broker = await fixture.connect();
      await broker.ping();
      await broker.publish(fixture.topic, []);
      assert.equal(await broker.depth(fixture.topic), 0);
      assert.deepEqual(await broker.groups(fixture.topic), []);
      assert.deepEqual(await broker.read(fixture.topic), []);
      assert.deepEqual(await broker.pending(fixture.topic, fixture.group), []);
      const limits = { maxLength: 0, maxAgeMs: 0 };
      assert.equal(await broker.trim(fixture.topic, limits), 0);
      const handle = () => Promise.reject(new Error("there is nothing"));
      assert.equal(await broker.replay(fixture.topic, handle), 0);
    },
  },
  {
    name: "tells lag and pending rightly",
    async run(fixture) {
      const broker = await fixture.connect();
      const gate = Promise.withResolvers<void>();
      const got = collect(() => gate.promise);
      const one = fixture.subscribe(broker, got.handler, { batch: 10 });
      await broker.publish(fixture.topic, messages(100));
      assert.equal(await broker.depth(fixture.topic), 100);
      await eventually(async () => {
        const count = await open(broker, fixture.topic, fixture.group);
        assert.equal(count, 100);
        const [status] = await broker.groups(fixture.topic);
        if (broker.features.pendingEntries) assert.ok(status!.pending >= 10);
      });
      gate.resolve();
      await eventually(async () =>
        assert.equal(await open(broker, fixture.topic, fixture.group), 0)
      );
      await one.close();
      await broker.publish(fixture.topic, messages(40, 1, 100));
      await eventually(async () => {
        assert.equal(await open(broker, fixture.topic, fixture.group), 40);
      });
    },
  },
  {
    name: "lists pending messages with their consumer",
    applies: (broker) => broker.features.pendingEntries,
    async run(fixture) {
      const broker = await fixture.connect();
      const gate = Promise.withResolvers<void>();
      const got = collect(() => gate.promise);
      fixture.subscribe(broker, got.handler, { batch: 10, consumer: "me" });
      await broker.publish(fixture.topic, messages(10));
      await eventually(async () => {
        const all = await broker.pending(fixture.topic, fixture.group);
        assert.equal(all.length, 10);
        for (const one of all) {
          assert.equal(one.consumer, "me");
          assert.ok(one.deliveries >= 1);
          assert.ok(one.idle_ms >= 0 && one.idle_ms < 60_000);
        }
      });
      const few = await broker.pending(fixture.topic, fixture.group, 3);
      assert.equal(few.length, 3);
      gate.resolve();
      await eventually(async () => {
        const all = await broker.pending(fixture.topic, fixture.group);
        assert.deepEqual(all, []);
      });
    },
  },
  {
    name: "reads a range, oldest or newest first",
    async run(fixture) {
      const broker = await fixture.connect();
      await broker.publish(fixture.topic, messages(30));
      const all = await broker.read(fixture.topic);
      assert.deepEqual(ids(all), ids(messages(30)));
      const newest = { newestFirst: true, limit: 3 };
      const last = await broker.read(fixture.topic, newest);
      assert.deepEqual(ids(last), ["K0:29", "K0:28", "K0:27"]);
      const [from, to] = [all[10]!.position, all[14]!.position];
      const some = await broker.read(fixture.topic, { from, to });
      assert.deepEqual(ids(some), ids(messages(5, 1, 10)));
    },
  },
  {
    name: "replays a window of positions and leaves the live group alone",
    async run(fixture) {
      const broker = await fixture.connect();
      const live = collect();
      fixture.subscribe(broker, live.handler);
      await broker.publish(fixture.topic, messages(100));
      await eventually(() => assert.equal(live.seen.length, 100));
      const all = await broker.read(fixture.topic);
      const window = { from: all[20]!.position, to: all[69]!.position };
      const again = collect();
      const progress: number[] = [];
      const done = await broker.replay(fixture.topic, again.handler, {
        ...window,
        batch: 20,
        onProgress: (count) => progress.push(count),
      });
      assert.equal(done, 50);
      assert.deepEqual(again.ids(), ids(messages(50, 1, 20)));
      assert.ok(again.seen.every((d) => d.redelivered));
      assert.equal(progress.at(-1), 50);
      await eventually(async () =>
        assert.equal(await open(broker, fixture.topic, fixture.group), 0)
      );
      await broker.publish(fixture.topic, messages(1, 1, 100));
      await eventually(() => assert.equal(live.seen.length, 101));
      assert.deepEqual(live.ids(), ids(messages(101)));
    },
  },
  {
    name: "replays a window of time",
    applies: (broker) => broker.features.timeWindows,
    async run(fixture) {
      const broker = await fixture.connect();
      const marks: Date[] = [];
      for (const part of [0, 1, 2]) {
        marks.push(new Date());
        await broker.publish(fixture.topic, messages(10, 1, part * 10));
        await sleep(20);
      }
      const window = { from: marks[1]!, to: new Date(marks[2]!.getTime() - 1) };
      const got = collect();
      assert.equal(await broker.replay(fixture.topic, got.handler, window), 10);
      assert.deepEqual(got.ids(), ids(messages(10, 1, 10)));
      const read = await broker.read(fixture.topic, window);
      assert.deepEqual(ids(read), ids(messages(10, 1, 10)));
    },
  },
  {
    name: "ends a replay when its handler rejects or its signal aborts",
    async run(fixture) {
      const broker = await fixture.connect();
      await broker.publish(fixture.topic, messages(50));
      // Not taken for the broker's, whatever it looks like.
      const reason = Object.assign(new Error("the handler's reason"), {
        code: "ECONNREFUSED",
      });
      const failing = () => Promise.reject(reason);
      const replaying = broker.replay(fixture.topic, failing, { batch: 10 });
      assert.equal(await replaying.catch((error) => error), reason);
      const stop = new AbortController();
      const got = collect(() => Promise.resolve(stop.abort()));
      await broker.replay(fixture.topic, got.handler, {
        batch: 10,
        signal: stop.signal,
      }).catch(() => {});
      assert.ok(got.seen.length <= 10, `${got.seen.length} after the abort`);
    },
  },
  {
    name: "trims what every group has acknowledged, and nothing else",
    applies: (broker) => broker.features.trims,
    async run(fixture) {
      const broker = await fixture.connect();
      const limits = { maxLength: 10, maxAgeMs: 3_600_000 };
      await broker.publish(fixture.topic, messages(100));
      assert.equal(await broker.trim(fixture.topic, limits), 0);
      const gate = Promise.withResolvers<void>();
      const fast = collect();
      const slow = collect((batch) =>
        batch.some((d) => d.attributes.id === "K0:30")
          ? gate.promise
          : Promise.resolve()
      );
      fixture.subscribe(broker, fast.handler, {
        group: `${fixture.group}-fast`,
      });
      fixture.subscribe(broker, slow.handler, { batch: 10 });
      await eventually(() => assert.equal(fast.seen.length, 100));
      await eventually(() => assert.equal(slow.seen.length, 30));
      await eventually(async () => {
        await broker.trim(fixture.topic, limits);
        assert.equal(await broker.depth(fixture.topic), 70);
      });
      gate.resolve();
      await eventually(() => assert.equal(slow.seen.length, 100));
      await eventually(async () => {
        await broker.trim(fixture.topic, limits);
        assert.equal(await broker.depth(fixture.topic), 10);
      });
      const kept = await broker.read(fixture.topic);
      assert.deepEqual(ids(kept), ids(messages(10, 1, 90)));
    },
  },
  {
    name: "says what it promises to keep over a power cut",
    async run(fixture) {
      const broker = await fixture.connect();
      const durability = await broker.durability();
      assert.ok(durability.loss_window.length > 0);
      if (!broker.features.durable) {
        assert.equal(durability.loss_window_ms, null);
        assert.ok(durability.warnings.length > 0);
      }
    },
  },
];
