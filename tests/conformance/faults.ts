/** Clients that leave, servers that die, and servers that are not there. */
import assert from "node:assert/strict";
import {
  type Case,
  collect,
  type Collected,
  eventually,
  type Harness,
  ids,
  messages,
  sleep,
} from "./bench.ts";

const canRestart = (_: unknown, harness: Harness) =>
  Boolean(harness.stopServer && harness.startServer);

const distinct = (all: readonly string[]): string[] => [...new Set(all)].sort();

/** Waits by the count: comparing thousands of ids over and over would keep them from arriving. */
async function eventuallyAll(got: Collected, sent: readonly string[]) {
  await eventually(() =>
    assert.equal(new Set(got.ids()).size, new Set(sent).size)
  );
  assert.deepEqual(distinct(got.ids()), [...sent].sort());
}

export const faults: readonly Case[] = [
  {
    name: "loses nothing over a client that leaves and comes back",
    async run(bench) {
      const publisher = await bench.connect();
      const got = collect(() => sleep(2));
      const sent = messages(600, 6);
      for (let part = 0; part < 3; part++) {
        const client = await bench.connect();
        bench.subscribe(client, got.handler, { batch: 20 });
        await publisher.publish(
          bench.topic,
          sent.slice(part * 200, part * 200 + 200),
        );
        await eventually(() => assert.ok(got.seen.length >= part * 200 + 60));
        await client.close();
      }
      bench.subscribe(publisher, got.handler);
      await eventually(() => assert.ok(got.seen.length >= sent.length));
      assert.deepEqual(got.ids().sort(), ids(sent).sort());
    },
  },
  {
    name: "delivers every accepted event over a restart of the server",
    applies: canRestart,
    restarts: true,
    async run(bench) {
      const publisher = await bench.connect();
      const got = collect(() => sleep(5));
      const live = bench.subscribe(await bench.connect(), got.handler, {
        batch: 20,
      });
      let stopped = false;
      const accepted = (async () => {
        let n = 0;
        for (; !stopped; n += 10) {
          const part = messages(10, 5, n);
          while (
            !await publisher.publish(bench.topic, part)
              .then(() => true, () => false)
          ) await sleep(50);
          await sleep(20);
        }
        return n;
      })();
      await eventually(() => assert.ok(got.seen.length > 100));
      await bench.harness.stopServer!();
      await sleep(300);
      await bench.harness.startServer!();
      const before = got.seen.length;
      await eventually(() => assert.ok(got.seen.length > before + 100));
      stopped = true;
      await eventuallyAll(got, ids(messages(await accepted, 5)));
      assert.ok(live.lastReadAt > Date.now() - 10_000);
    },
  },
  {
    name: "keeps what it holds over a restart of the server",
    applies: (broker, harness) =>
      broker.features.durable && canRestart(broker, harness),
    restarts: true,
    async run(bench) {
      const broker = await bench.connect();
      const first = collect();
      const one = bench.subscribe(broker, first.handler);
      await broker.publish(bench.topic, messages(100));
      await eventually(() => assert.equal(first.seen.length, 100));
      await one.close();
      await broker.publish(bench.topic, messages(50, 1, 100));
      await bench.harness.stopServer!();
      await bench.harness.startServer!();
      const second = collect();
      bench.subscribe(await bench.connect(), second.handler);
      await eventually(() => assert.equal(second.seen.length, 50));
      assert.deepEqual(second.ids(), ids(messages(50, 1, 100)));
    },
  },
  {
    name: "connects again by itself when the server comes back",
    applies: canRestart,
    restarts: true,
    async run(bench) {
      const broker = await bench.connect();
      const got = collect();
      bench.subscribe(broker, got.handler);
      await broker.publish(bench.topic, messages(10));
      await eventually(() => assert.equal(got.seen.length, 10));
      await bench.harness.stopServer!();
      await sleep(1000);
      await bench.harness.startServer!();
      await eventually(() => broker.ping());
      await eventually(() => broker.publish(bench.topic, messages(10, 1, 10)));
      await eventuallyAll(got, ids(messages(20)));
    },
  },
  {
    name: "closes while the server is away",
    applies: canRestart,
    restarts: true,
    async run(bench) {
      const broker = await bench.connect();
      const one = bench.subscribe(broker, collect().handler);
      await broker.publish(bench.topic, messages(1));
      await eventually(() => assert.ok(one.lastReadAt > 0));
      await bench.harness.stopServer!();
      try {
        const start = Date.now();
        await one.close();
        await broker.close();
        assert.ok(Date.now() - start < 20_000, `${Date.now() - start} ms`);
      } finally {
        await bench.harness.startServer!();
      }
    },
  },
  {
    name: "says clearly that there is no server, and where",
    applies: (_, harness) => harness.absent !== undefined,
    async run(bench) {
      const absent = bench.harness.absent!;
      const start = Date.now();
      const connecting = absent.connect();
      connecting.then((broker) => broker.close(), () => {});
      const error = await connecting.then(() => null, (e: Error) => e);
      assert.ok(error, "it connected to nothing");
      assert.ok(error.message.includes(absent.address), error.message);
      assert.ok(Date.now() - start < 20_000, `${Date.now() - start} ms`);
    },
  },
];
