/** The Kafka adapter against a real Kafka: the suite for every broker, then what a topic holds. */
import assert from "node:assert/strict";
import type { Incident, StoredMessage } from "../../broker/broker.ts";
import { connectKafka } from "../../broker/kafka/broker.ts";
import { conformance } from "../conformance/conformance.ts";
import { collect, eventually, ids, messages } from "../conformance/fixture.ts";
import { partitionOf, withAdmin, withClients } from "./clients.ts";
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

Deno.test("kafka: reading and replaying leave no group behind", async () => {
  await withClients((await kafka()).url, async (topic, one) => {
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
    const groups = await withAdmin(
      (await kafka()).url,
      (admin) => admin.listGroups(),
    );
    assert.equal(groups.has("signalbox-reader"), false);
  });
});

Deno.test("kafka: any page of a topic can be asked for by position, across partitions", async () => {
  await withClients((await kafka()).url, async (topic, one) => {
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

Deno.test("kafka: what retention took away before it was read is reported, and the rest is delivered", async () => {
  await withClients((await kafka()).url, async (topic, one) => {
    const first = collect();
    const early = one.subscribe(topic, "group", first.handler, {
      consumer: "only",
    });
    await one.publish(topic, messages(10));
    await eventually(() => assert.equal(first.seen.length, 10));
    await early.close();
    await one.publish(topic, messages(90, 1, 10));
    const partition = Number(partitionOf(first.seen[0]!));
    await withAdmin((await kafka()).url, (admin) =>
      admin.deleteRecords({
        topics: [{
          name: `signalbox.${topic}`,
          partitions: [{ partition, offset: 60n }],
        }],
      }));
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
  await withClients((await kafka()).url, async (topic, one) => {
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
    await withAdmin((await kafka()).url, (admin) =>
      admin.deleteRecords({
        topics: [{
          name: `signalbox.${topic}`,
          partitions: [{ partition, offset: 60n }],
        }],
      }));
    assert.equal((await one.groups(topic))[0]?.lag, 0);
  });
});
