/** Pausing, cancelling and closing. */
import assert from "node:assert/strict";
import { type Case, collect, eventually, ids, messages } from "./fixture.ts";
import { deadline, sleep } from "../../wait.ts";

export const leaving: readonly Case[] = [
  {
    name: "finishes and acknowledges the batch in hand when cancelled",
    async run(fixture) {
      const broker = await fixture.connect();
      const gate = Promise.withResolvers<void>();
      let started = 0;
      const first = collect(async () => {
        started++;
        await gate.promise;
      });
      const one = fixture.subscribe(broker, first.handler, { batch: 10 });
      const sent = messages(100);
      await broker.publish(fixture.topic, sent);
      await eventually(() => assert.equal(started, 1));
      let closed = false;
      const closing = one.close().then(() => closed = true);
      await sleep(200);
      assert.equal(closed, false, "close did not wait for the batch in hand");
      gate.resolve();
      await deadline(closing, 15_000, "close: not in time");
      await deadline(one.closed, 1000, "closed: not in time");
      assert.equal(started, 1, "a batch was handed out after close");
      const second = collect();
      fixture.subscribe(await fixture.connect(), second.handler);
      const all = () => [...first.ids(), ...second.ids()];
      await eventually(() => assert.equal(all().length, sent.length));
      await sleep(200);
      assert.deepEqual(all(), ids(sent));
    },
  },
  {
    name: "drains when closed: neither a handler nor a timer runs on",
    async run(fixture) {
      const broker = await fixture.connect();
      let running = 0;
      const got = collect(async () => {
        running++;
        await sleep(30);
        running--;
      });
      const one = fixture.subscribe(broker, got.handler, { batch: 5 });
      await broker.publish(fixture.topic, messages(200));
      await eventually(() => assert.ok(got.seen.length >= 10));
      await deadline(one.close(), 15_000, "close: not in time");
      assert.equal(running, 0);
      const handled = got.seen.length;
      await sleep(200);
      assert.equal(got.seen.length, handled);
      await deadline(one.close(), 1000, "a second close: not in time");
    },
  },
  {
    name: "closes at once while nothing arrives",
    async run(fixture) {
      const broker = await fixture.connect();
      const got = collect();
      const one = fixture.subscribe(broker, got.handler);
      await broker.publish(fixture.topic, messages(1));
      await eventually(() => assert.equal(got.seen.length, 1));
      const start = Date.now();
      await one.close();
      assert.ok(Date.now() - start < 5000, `${Date.now() - start} ms`);
    },
  },
  {
    name: "closes its subscriptions when the broker is closed",
    async run(fixture) {
      const broker = await fixture.connect();
      const got = collect();
      const one = fixture.subscribe(broker, got.handler);
      await broker.publish(fixture.topic, messages(3));
      await eventually(() => assert.equal(got.seen.length, 3));
      await deadline(broker.close(), 15_000, "close: not in time");
      await deadline(one.closed, 1000, "closed: not in time");
    },
  },
  {
    name: "hands out nothing while paused, and everything after",
    async run(fixture) {
      const broker = await fixture.connect();
      const got = collect();
      const one = fixture.subscribe(broker, got.handler, { batch: 10 });
      await broker.publish(fixture.topic, messages(10));
      await eventually(() => assert.equal(got.seen.length, 10));
      one.pause();
      await broker.publish(fixture.topic, messages(50, 1, 10));
      await sleep(500);
      assert.equal(got.seen.length, 10);
      one.resume();
      await eventually(() => assert.equal(got.seen.length, 60));
      assert.deepEqual(got.ids(), ids(messages(60)));
    },
  },
  {
    name: "tells when it last read, also while nothing arrives",
    async run(fixture) {
      const broker = await fixture.connect();
      const one = fixture.subscribe(broker, collect().handler);
      await eventually(() => assert.ok(one.lastReadAt > Date.now() - 10_000));
      const then = one.lastReadAt;
      await eventually(() => assert.ok(one.lastReadAt > then));
    },
  },
];
