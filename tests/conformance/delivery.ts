/** Order, groups, acknowledgement and redelivery, while nothing breaks. */
import assert from "node:assert/strict";
import type { Delivery, Message } from "../../broker/broker.ts";
import {
  type Case,
  collect,
  eventually,
  idOf,
  ids,
  message,
  messages,
} from "./fixture.ts";
import { sleep } from "../../wait.ts";

const perKey = (all: readonly Message[]): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const one of all) {
    found.set(one.key, [...found.get(one.key) ?? [], idOf(one)]);
  }
  return found;
};

const payloads = (): string[] => [
  "",
  " ",
  "\0\r\n\t\u2028\u2029",
  `{"quote":"\\"","nested":[1,null,{}]}`,
  // One character of each of the seventeen planes of Unicode.
  Array.from(
    { length: 17 },
    (_, plane) => String.fromCodePoint(plane * 0x10000 + 0x2603),
  ).join(""),
  "x".repeat(1024 * 1024),
  "\u{1f4c8}".repeat(256 * 1024),
];

export const delivery: readonly Case[] = [
  {
    name: "keeps the order of each key",
    async run(fixture) {
      const broker = await fixture.connect();
      const sent = messages(700, 7);
      for (let i = 0; i < sent.length; i += 50) {
        await broker.publish(fixture.topic, sent.slice(i, i + 50));
      }
      const got = collect();
      fixture.subscribe(broker, got.handler, { batch: 33 });
      await eventually(() => assert.equal(got.seen.length, sent.length));
      assert.deepEqual(perKey(got.seen), perKey(sent));
    },
  },
  {
    name: "delivers 10,000 events in batches, each once and none too large",
    async run(fixture) {
      const broker = await fixture.connect();
      let largest = 0;
      const got = collect((batch) => {
        largest = Math.max(largest, batch.length);
        return Promise.resolve();
      });
      fixture.subscribe(broker, got.handler, { batch: 500 });
      const sent = messages(10_000, 20);
      for (let i = 0; i < sent.length; i += 500) {
        await broker.publish(fixture.topic, sent.slice(i, i + 500));
      }
      await eventually(() => assert.equal(got.seen.length, sent.length));
      assert.deepEqual(perKey(got.seen), perKey(sent));
      assert.ok(largest > 1 && largest <= 500, `largest batch: ${largest}`);
    },
  },
  {
    name: "carries any text up to 1 MB, and its attributes, unchanged",
    large: true,
    async run(fixture) {
      const broker = await fixture.connect();
      const sent = payloads().map((data, n) => ({
        ...message("K\u00fc\u{1f680}", n, data),
        attributes: {
          ...message("K\u00fc\u{1f680}", n).attributes,
          traceparent:
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          source: "\u{1f9ea} \u00e4\u4e2d",
        },
      }));
      await broker.publish(fixture.topic, sent);
      const got = collect();
      fixture.subscribe(broker, got.handler);
      await eventually(() => assert.equal(got.seen.length, sent.length));
      for (const [i, one] of sent.entries()) {
        assert.equal(got.seen[i]?.key, one.key);
        assert.deepEqual(got.seen[i]?.attributes, one.attributes);
        // Not assert.equal: it would print a megabyte.
        assert.ok(got.seen[i]?.data === one.data, `payload ${i} has changed`);
      }
    },
  },
  {
    name: "tells where and when a message is stored, and that it is new",
    async run(fixture) {
      const broker = await fixture.connect();
      const before = Date.now();
      await broker.publish(fixture.topic, messages(5));
      const got = collect();
      fixture.subscribe(broker, got.handler);
      await eventually(() => assert.equal(got.seen.length, 5));
      assert.equal(new Set(got.seen.map((d) => d.position)).size, 5);
      for (const one of got.seen) {
        assert.equal(one.redelivered, false);
        assert.ok(
          one.storedAt >= before - 1000 && one.storedAt <= Date.now() + 1000,
        );
      }
    },
  },
  {
    name:
      "delivers a batch again after its handler threw, and others meanwhile",
    async run(fixture) {
      const broker = await fixture.connect();
      let thrown = 0;
      const got = collect((batch) => {
        if (thrown < 3 && batch.some((d) => idOf(d) === "K0:0")) {
          thrown++;
          return Promise.reject(new Error("not yet"));
        }
        return Promise.resolve();
      });
      fixture.subscribe(broker, got.handler, { batch: 10 });
      await broker.publish(fixture.topic, messages(5));
      await eventually(() => assert.ok(thrown > 0));
      await broker.publish(fixture.topic, messages(5, 1, 5));
      await eventually(() => assert.equal(got.seen.length, 10));
      assert.equal(thrown, 3);
      const again = got.seen.find((d) => idOf(d) === "K0:0") as Delivery;
      assert.equal(again.redelivered, true);
      assert.deepEqual([...got.ids()].sort(), ids(messages(10)).sort());
    },
  },
  {
    name: "does not deliver again what a handler has returned from",
    async run(fixture) {
      const broker = await fixture.connect();
      const first = collect();
      const one = fixture.subscribe(broker, first.handler, { batch: 10 });
      await broker.publish(fixture.topic, messages(50));
      await eventually(() => assert.equal(first.seen.length, 50));
      await one.close();
      const second = collect();
      fixture.subscribe(await fixture.connect(), second.handler);
      await broker.publish(fixture.topic, [message("K0", 50)]);
      await eventually(() => assert.ok(second.seen.length > 0));
      await sleep(300);
      assert.deepEqual(second.ids(), ["K0:50"]);
    },
  },
  {
    name: "gives every group every message",
    async run(fixture) {
      const broker = await fixture.connect();
      const groups = ["one", "two", "three"].map((name) => {
        const got = collect();
        const group = `${fixture.topic}-${name}`;
        fixture.subscribe(broker, got.handler, { group });
        return got;
      });
      const sent = messages(120, 4);
      await broker.publish(fixture.topic, sent);
      for (const got of groups) {
        await eventually(() => assert.equal(got.seen.length, sent.length));
        assert.deepEqual(perKey(got.seen), perKey(sent));
      }
    },
  },
  {
    name: "shares a group's messages among its consumers, each to exactly one",
    async run(fixture) {
      const broker = await fixture.connect();
      const slow = () => collect(() => sleep(5));
      const shares = [slow(), slow()];
      for (const [i, share] of shares.entries()) {
        const options = { consumer: `consumer-${i}`, batch: 20 };
        fixture.subscribe(await fixture.connect(), share.handler, options);
      }
      await eventually(async () => {
        const [status] = await broker.groups(fixture.topic);
        assert.equal(status?.consumers, 2);
      });
      const sent = messages(1000, 50);
      await broker.publish(fixture.topic, sent);
      const all = () => shares.flatMap((share) => share.ids());
      await eventually(() => assert.equal(all().length, sent.length));
      assert.deepEqual(all().sort(), ids(sent).sort());
      for (const share of shares) assert.ok(share.seen.length > 0);
    },
  },
  {
    name: "lets a late group read from the start",
    async run(fixture) {
      const broker = await fixture.connect();
      const early = collect();
      fixture.subscribe(broker, early.handler);
      const sent = messages(60, 3);
      await broker.publish(fixture.topic, sent);
      await eventually(() => assert.equal(early.seen.length, sent.length));
      const late = collect();
      fixture.subscribe(broker, late.handler, {
        group: `${fixture.group}-late`,
      });
      await eventually(() => assert.equal(late.seen.length, sent.length));
      assert.deepEqual(perKey(late.seen), perKey(sent));
    },
  },
];
