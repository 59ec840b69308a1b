/** The members of a group on Kafka: how they share, die and come back. */
import assert from "node:assert/strict";
import {
  collect,
  eventually,
  idOf,
  ids,
  messages,
} from "../conformance/fixture.ts";
import { deadline, sleep } from "../../wait.ts";
import { partitionOf, withClients } from "./clients.ts";
import { type KafkaServer, startKafka } from "./server.ts";

let kafka: KafkaServer;

Deno.test.beforeAll(async () => {
  kafka = await startKafka();
});

Deno.test.afterAll(() => kafka.stop());

Deno.test("kafka: a consumer that joins and leaves in mid-stream loses nothing and doubles nothing", async () => {
  await withClients(kafka.url, async (topic, one, other) => {
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
  await withClients(kafka.url, async (topic, one) => {
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
  await withClients(kafka.url, async (topic, one, other) => {
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
  await withClients(kafka.url, async (topic, one, other) => {
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

Deno.test("kafka: a consumer that died in mid-batch has its messages again at once when it comes back", async () => {
  await withClients(kafka.url, async (topic, one) => {
    await one.publish(topic, messages(50, 8));
    const worker = new Worker(import.meta.resolve("./stuck_consumer.ts"), {
      type: "module",
    });
    const began = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage({
      url: kafka.url,
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
      Date.now() - start < 3_400,
      `${Date.now() - start} ms: it waited for the dead one's session to end`,
    );
    assert.deepEqual([...got.ids()].sort(), ids(messages(50, 8)).sort());
    assert.equal(got.seen[0]?.redelivered, true);
  });
});
