/** Clients that leave, servers that die, and servers that are not there. */
import assert from "node:assert/strict";
import { type Broker, BrokerUnavailableError } from "../../broker/broker.ts";
import {
  type Case,
  collect,
  type Collected,
  eventually,
  type Fixture,
  type Harness,
  ids,
  messages,
} from "./fixture.ts";
import { deadline, sleep } from "../../wait.ts";

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

/** Everything that may be asked of a broker; what it does not have is left out. */
function questions(
  broker: Broker,
  { harness, topic, group }: Fixture,
): Record<string, () => Promise<unknown>> {
  const { pendingEntries, trims } = broker.features;
  const limits = { maxLength: 0, maxAgeMs: 0 };
  return {
    connect: () => harness.connect(),
    ping: () => broker.ping(),
    depth: () => broker.depth(topic),
    groups: () => broker.groups(topic),
    read: () => broker.read(topic),
    replay: () => broker.replay(topic, () => Promise.resolve()),
    durability: () => broker.durability(),
    ...(pendingEntries && { pending: () => broker.pending(topic, group) }),
    ...(trims && { trim: () => broker.trim(topic, limits) }),
  };
}

export const faults: readonly Case[] = [
  {
    name: "loses nothing over a client that leaves and comes back",
    async run(fixture) {
      const publisher = await fixture.connect();
      const got = collect(() => sleep(2));
      const sent = messages(600, 6);
      for (let part = 0; part < 3; part++) {
        const client = await fixture.connect();
        fixture.subscribe(client, got.handler, { batch: 20 });
        await publisher.publish(
          fixture.topic,
          sent.slice(part * 200, part * 200 + 200),
        );
        await eventually(() => assert.ok(got.seen.length >= part * 200 + 60));
        await client.close();
      }
      fixture.subscribe(publisher, got.handler);
      await eventually(() => assert.ok(got.seen.length >= sent.length));
      assert.deepEqual(got.ids().sort(), ids(sent).sort());
    },
  },
  {
    name: "delivers every accepted event over a restart of the server",
    applies: canRestart,
    restarts: true,
    async run(fixture) {
      const publisher = await fixture.connect();
      const got = collect(() => sleep(5));
      const live = fixture.subscribe(await fixture.connect(), got.handler, {
        batch: 20,
      });
      let stopped = false;
      const accepted = (async () => {
        let n = 0;
        for (; !stopped; n += 10) {
          const part = messages(10, 5, n);
          while (
            !await publisher.publish(fixture.topic, part)
              .then(() => true, () => false)
          ) await sleep(50);
          await sleep(20);
        }
        return n;
      })();
      await eventually(() => assert.ok(got.seen.length > 100));
      await fixture.harness.stopServer!();
      await sleep(300);
      await fixture.harness.startServer!();
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
    async run(fixture) {
      const broker = await fixture.connect();
      const first = collect();
      const one = fixture.subscribe(broker, first.handler);
      await broker.publish(fixture.topic, messages(100));
      await eventually(() => assert.equal(first.seen.length, 100));
      await one.close();
      await broker.publish(fixture.topic, messages(50, 1, 100));
      await fixture.harness.stopServer!();
      await fixture.harness.startServer!();
      const second = collect();
      fixture.subscribe(await fixture.connect(), second.handler);
      await eventually(() => assert.equal(second.seen.length, 50));
      assert.deepEqual(second.ids(), ids(messages(50, 1, 100)));
    },
  },
  {
    name: "connects again by itself when the server comes back",
    applies: canRestart,
    restarts: true,
    async run(fixture) {
      const broker = await fixture.connect();
      const got = collect();
      fixture.subscribe(broker, got.handler);
      await broker.publish(fixture.topic, messages(10));
      await eventually(() => assert.equal(got.seen.length, 10));
      await fixture.harness.stopServer!();
      await sleep(1000);
      await fixture.harness.startServer!();
      await eventually(() => broker.ping());
      await eventually(() =>
        broker.publish(fixture.topic, messages(10, 1, 10))
      );
      await eventuallyAll(got, ids(messages(20)));
    },
  },
  {
    name: "closes while the server is away",
    applies: canRestart,
    restarts: true,
    async run(fixture) {
      const broker = await fixture.connect();
      const one = fixture.subscribe(broker, collect().handler);
      await broker.publish(fixture.topic, messages(1));
      await eventually(() => assert.ok(one.lastReadAt > 0));
      await fixture.harness.stopServer!();
      try {
        const start = Date.now();
        await one.close();
        await broker.close();
        assert.ok(Date.now() - start < 20_000, `${Date.now() - start} ms`);
      } finally {
        await fixture.harness.startServer!();
      }
    },
  },
  {
    name: "says in one word that the server is away, and answers afterwards",
    applies: canRestart,
    restarts: true,
    async run(fixture) {
      const broker = await fixture.connect();
      await broker.publish(fixture.topic, messages(50));
      await fixture.harness.stopServer!();
      const publishing = broker.publish(fixture.topic, messages(10, 1, 50))
        .then(() => null, (error) => error);
      const asked = Object.entries(questions(broker, fixture));
      const answers = asked.map(async ([name, ask]) => {
        const answer = ask().then(() => "an answer", (error) => error);
        const error = await deadline(answer, 30_000, `${name}: not in time`);
        const said = `${name}: ${Deno.inspect(error)}`;
        assert.ok(error instanceof BrokerUnavailableError, said);
        assert.ok(error.cause instanceof Error, said);
      });
      await Promise.all(answers)
        .finally(() => fixture.harness.startServer!());
      await eventually(() => broker.ping());
      // It may have waited for the server.
      const failure = await deadline(publishing, 30_000, "publish");
      const sent = failure ? 50 : 60;
      assert.ok(!failure || failure instanceof BrokerUnavailableError, failure);
      await eventually(async () => {
        const read = await broker.read(fixture.topic);
        assert.ok(new Set(ids(read)).size >= sent, `${read.length}`);
      });
    },
  },
  {
    name: "says clearly that there is no server, and where",
    applies: (_, harness) => harness.absent !== undefined,
    async run(fixture) {
      const absent = fixture.harness.absent!;
      const start = Date.now();
      const connecting = absent.connect();
      connecting.then((broker) => broker.close(), () => {});
      const error = await connecting.then(() => null, (e: Error) => e);
      assert.ok(error instanceof BrokerUnavailableError, String(error));
      assert.ok(!Deno.inspect(error).includes("secret"));
      assert.ok(error.message.includes(absent.address), error.message);
      assert.ok(Date.now() - start < 20_000, `${Date.now() - start} ms`);
    },
  },
];
