/** The Kafka adapter against a real Kafka: the suite for every broker, then what only Kafka has. */
import assert from "node:assert/strict";
import { Admin } from "@platformatic/kafka";
import type { Broker, Incident, StoredMessage } from "../../broker/broker.ts";
import { connectKafka } from "../../broker/kafka/broker.ts";
import { kafkaHosts } from "../../broker/kafka/url.ts";
import { conformance } from "../conformance/conformance.ts";
import {
  collect,
  eventually,
  idOf,
  ids,
  messages,
} from "../conformance/fixture.ts";
import { deadline, sleep } from "../../wait.ts";
import { type KafkaServer, startKafka } from "./server.ts";

let server: Promise<KafkaServer> | undefined;
const kafka = () => server ??= startKafka();

Deno.test.afterAll(async () => await (await server)?.stop());

conformance("kafka", async () => {
  const { url, kill, restart } = await kafka();
  return {
    connect: () => connectKafka(url),
    absent: {
      address: "127.0.0.1:1",
      connect: () => connectKafka("kafka://127.0.0.1:1"),
    },
    stopServer: kill,
    startServer: restart,
    close: () => Promise.resolve(), // the cases below want it too
  };
});

/** A topic of its own and two clients; closed afterwards, whatever happened. */
async function withClients(
  run: (topic: string, one: Broker, other: Broker) => Promise<void>,
): Promise<void> {
  const { url } = await kafka();
  const clients = await Promise.all([connectKafka(url), connectKafka(url)]);
  try {
    await run(`kafka-${crypto.randomUUID().slice(0, 8)}`, ...clients);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

Deno.test("kafka: a consumer that joins and leaves in mid-stream loses nothing and doubles nothing", async () => {
  await withClients(async (topic, one, other) => {
    const [staying, passing] = [
      collect(() => sleep(10)),
      collect(() => sleep(10)),
    ];
    one.subscribe(topic, "group", staying.handler, {
      consumer: "stays",
      batch: 20,
    });
    const sent = messages(6000, 40);
    const publishing = (async () => {
      for (let i = 0; i < sent.length; i += 50) {
        await one.publish(topic, sent.slice(i, i + 50));
        await sleep(10);
      }
    })();
    for (let visit = 1; visit <= 3; visit++) {
      const before = passing.seen.length;
      const guest = other.subscribe(topic, "group", passing.handler, {
        consumer: "passes",
        batch: 20,
      });
      await eventually(() => assert.ok(passing.seen.length > before + 40));
      await guest.close();
    }
    await publishing;
    const all = () => [...staying.ids(), ...passing.ids()];
    await eventually(() => assert.ok(all().length >= sent.length));
    await sleep(300);
    assert.deepEqual(all().sort(), ids(sent).sort());
  });
});

Deno.test("kafka: a partition whose handler keeps rejecting does not hold up the others", async () => {
  await withClients(async (topic, one) => {
    let healed = false;
    let rejected = 0;
    const got = collect((batch) => {
      if (healed || !batch.some((message) => idOf(message) === "K0:0")) {
        return Promise.resolve();
      }
      rejected++;
      return Promise.reject(new Error("K0 is ill"));
    });
    await one.publish(topic, messages(400, 20));
    one.subscribe(topic, "group", got.handler, { consumer: "only", batch: 50 });
    const held = (await one.read(topic, { limit: 400 }))
      .filter((message, _, all) =>
        partitionOf(message) ===
          partitionOf(all.find((m) => idOf(m) === "K0:0")!)
      );
    await eventually(() => assert.equal(got.seen.length, 400 - held.length));
    await eventually(() => assert.ok(rejected >= 3));
    healed = true;
    await eventually(() => assert.equal(got.seen.length, 400));
    assert.deepEqual(
      ids(got.seen.filter((message) => message.key === "K0")),
      ids(messages(400, 20)).filter((id) => id.startsWith("K0:")),
    );
  });
});

Deno.test("kafka: a batch that outlasts the patience of the group is abandoned to the others, and not committed", async () => {
  await withClients(async (topic, one, other) => {
    const aborted = Promise.withResolvers<void>();
    const slow = one.subscribe(topic, "group", (_batch, signal) => {
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          aborted.resolve();
          resolve(); // as if it had been handled after all: too late
        })
      );
    }, { consumer: "slow", batch: 1000 });
    const sent = messages(200, 20);
    await one.publish(topic, sent);
    await eventually(async () =>
      assert.equal((await one.groups(topic))[0]?.consumers, 1)
    );
    await sleep(1000);
    const got = collect();
    other.subscribe(topic, "group", got.handler, { consumer: "next" });
    await deadline(aborted.promise, 15_000, "the abort: not in time");
    slow.pause();
    await Promise.all([
      slow.close(),
      eventually(() => assert.equal(got.seen.length, 200)),
    ]);
    assert.deepEqual(got.ids().sort(), ids(sent).sort());
  });
});

Deno.test("kafka: a consumer that comes up again under its name has its partitions at once, and shuts the old one out", async () => {
  await withClients(async (topic, one, other) => {
    const old = one.subscribe(topic, "group", collect().handler, {
      consumer: "same",
    });
    await one.publish(topic, messages(10));
    await eventually(async () =>
      assert.equal((await one.groups(topic))[0]?.lag, 0)
    );
    const got = collect();
    other.subscribe(topic, "group", got.handler, { consumer: "same" });
    await deadline(
      assert.rejects(old.closed, /refuses the group/),
      15_000,
      "the end of the old one",
    );
    await other.publish(topic, messages(10, 1, 10));
    await eventually(() =>
      assert.deepEqual(got.ids(), ids(messages(10, 1, 10)))
    );
    assert.equal((await other.groups(topic))[0]?.consumers, 1);
  });
});

Deno.test("kafka: reading and replaying leave no group behind", async () => {
  await withClients(async (topic, one) => {
    await one.publish(topic, messages(100, 10));
    const read = await one.read(topic, { limit: 1000 });
    const handled = collect();
    assert.equal(await one.replay(topic, handled.handler, { batch: 30 }), 100);
    assert.deepEqual(handled.ids(), ids(read));
    assert.deepEqual(
      read.map((m) => m.position),
      read.map((m) => m.position).sort(),
    );
    assert.deepEqual(await one.groups(topic), []);
    const groups = await withAdmin((admin) => admin.listGroups());
    assert.equal(groups.has("signalbox-reader"), false);
  });
});

Deno.test("kafka: any page of a topic can be asked for by position, across partitions", async () => {
  await withClients(async (topic, one) => {
    for (let i = 0; i < 300; i += 30) {
      await one.publish(topic, messages(30, 15, i));
    }
    const all = await one.read(topic, { limit: 1000 });
    assert.equal(all.length, 300);
    const positions = (some: readonly StoredMessage[]) =>
      some.map((message) => message.position);
    for (
      const [from, to] of [[0, 299], [17, 17], [100, 215], [298, 299]] as const
    ) {
      const part = all.slice(from, to + 1);
      const window = { from: all[from]!.position, to: all[to]!.position };
      assert.deepEqual(
        positions(await one.read(topic, { ...window, limit: 1000 })),
        positions(part),
      );
      const newest = await one.read(topic, {
        ...window,
        limit: 7,
        newestFirst: true,
      });
      assert.deepEqual(
        positions(newest),
        positions(part.toReversed().slice(0, 7)),
      );
    }
  });
});

const partitionOf = (message: StoredMessage): string | undefined =>
  message.position.split("-")[1];

Deno.test("kafka: a consumer that died in mid-batch has its messages again at once when it comes back", async () => {
  await withClients(async (topic, one) => {
    await one.publish(topic, messages(50, 8));
    const worker = new Worker(import.meta.resolve("./stuck_consumer.ts"), {
      type: "module",
    });
    const began = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage({
      url: (await kafka()).url,
      topic,
      group: "group",
      consumer: "same",
    });
    await began;
    worker.terminate();
    const start = Date.now();
    const got = collect();
    one.subscribe(topic, "group", got.handler, { consumer: "same", batch: 10 });
    await eventually(() => assert.equal(got.seen.length, 50));
    assert.ok(
      Date.now() - start < 5000,
      `${Date.now() - start} ms: it waited for the dead one's session to end`,
    );
    assert.deepEqual([...got.ids()].sort(), ids(messages(50, 8)).sort());
    assert.equal(got.seen[0]?.redelivered, true);
  });
});

Deno.test("kafka: what retention took away before it was read is reported, and the rest is delivered", async () => {
  await withClients(async (topic, one) => {
    const first = collect();
    const early = one.subscribe(topic, "group", first.handler, {
      consumer: "only",
    });
    await one.publish(topic, messages(10));
    await eventually(() => assert.equal(first.seen.length, 10));
    await early.close();
    await one.publish(topic, messages(90, 1, 10));
    const partition = Number(partitionOf(first.seen[0]!));
    await withAdmin((admin) =>
      admin.deleteRecords({
        topics: [{
          name: `signalbox.${topic}`,
          partitions: [{ partition, offset: 60n }],
        }],
      })
    );
    const rest = collect();
    const incidents: Incident[] = [];
    const onIncident = (incident: Incident) => void incidents.push(incident);
    one.subscribe(topic, "group", rest.handler, {
      consumer: "only",
      onIncident,
    });
    await eventually(() =>
      assert.deepEqual(rest.ids(), ids(messages(40, 1, 60)))
    );
    assert.match(incidents[0]?.kind ?? "", /trimmed-while-pending/);
    assert.match(incidents[0]?.detail ?? "", /from offset 10 to 60/);
  });
});

Deno.test("kafka: what retention took away does not count as lag", async () => {
  await withClients(async (topic, one) => {
    const got = collect();
    const early = one.subscribe(topic, "group", got.handler, {
      consumer: "only",
    });
    await one.publish(topic, messages(10));
    await eventually(() => assert.equal(got.seen.length, 10));
    await early.close();
    await one.publish(topic, messages(50, 1, 10));
    assert.equal((await one.groups(topic))[0]?.lag, 50);
    const partition = Number(partitionOf(got.seen[0]!));
    await withAdmin((admin) =>
      admin.deleteRecords({
        topics: [{
          name: `signalbox.${topic}`,
          partitions: [{ partition, offset: 60n }],
        }],
      })
    );
    assert.equal((await one.groups(topic))[0]?.lag, 0);
  });
});

/** For what an operator might do behind our back. */
async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const bootstrapBrokers = kafkaHosts((await kafka()).url);
  const admin = new Admin({ clientId: "test", bootstrapBrokers });
  return await work(admin).finally(() => admin.close());
}
