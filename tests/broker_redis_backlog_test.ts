/** A backlog is read with several pages asked for at once: none of them may be lost or forgotten on the way. */
import assert from "node:assert/strict";
import type { Delivery, Message } from "../broker/broker.ts";
import { connectBroker } from "../broker/open.ts";
import { sleep } from "../wait.ts";
import { eventually } from "./conformance/fixture.ts";
import {
  killReading,
  type RedisFixture,
  redisTests,
} from "./conformance/redis_fixture.ts";

import { startProxy } from "./support/proxy.ts";

const test = redisTests();

const batch = 4_000;

async function publish(fixture: RedisFixture, count: number): Promise<void> {
  const broker = await fixture.connect();
  const messages: Message[] = Array.from({ length: count }, (_, i) => (
    { key: "A", attributes: { id: String(i) }, data: "{}" }
  ));
  await broker.publish(fixture.topic, messages);
}

function countEach() {
  const seen = new Map<string, number>();
  return {
    seen,
    add(deliveries: readonly Delivery[]) {
      for (const { attributes } of deliveries) {
        const id = attributes.id!;
        seen.set(id, (seen.get(id) ?? 0) + 1);
      }
    },
  };
}

const twiceOf = (seen: ReadonlyMap<string, number>): string[] =>
  [...seen].filter(([, times]) => times > 1).map(([id]) => id);

test("a connection that is lost among the pages that are asked for loses none of them", async (fixture) => {
  const count = 60_000;
  await publish(fixture, count);
  const broker = await fixture.connect();
  const { seen, add } = countEach();
  const handler = (deliveries: readonly Delivery[]) => {
    add(deliveries);
    return sleep(1);
  };
  fixture.subscribe(broker, "c", handler, batch);
  for (const round of [1, 2, 3]) {
    await eventually(() => assert.ok(seen.size >= round * 10_000));
    await killReading(fixture, "c");
    await eventually(() => assert.equal(fixture.incidents.length, round));
  }
  await eventually(() => assert.equal(seen.size, count), 10_000);
  await eventually(async () =>
    assert.deepEqual(await broker.pending(fixture.topic, fixture.topic), [])
  );
  const kinds = new Set(fixture.incidents.map(({ kind }) => kind));
  assert.deepEqual([...kinds], ["connection-rebuilt"]);
  assert.deepEqual(twiceOf(seen), [], "what we hold is not handed out again");
});

test("what was lost on its way is found while a backlog is read", async (fixture) => {
  const count = 150_000;
  await publish(fixture, count);
  const broker = await fixture.connect();
  const { seen, add } = countEach();
  const lost = { id: "", foundAt: 0 };
  fixture.subscribe(broker, "c", (deliveries) => {
    add(deliveries);
    if (!lost.foundAt && seen.has(lost.id)) lost.foundAt = seen.size;
    return Promise.resolve();
  }, batch);
  await eventually(() => assert.ok(seen.size > 0));
  const reply = await fixture.raw.xreadgroup(
    ...["GROUP", fixture.group, "c", "COUNT", 1] as const,
    ...["STREAMS", fixture.stream, ">"] as const,
  ) as [string, [string, string[]][]][];
  const [, fields] = reply[0]![1][0]!;
  lost.id = fields[fields.indexOf("id") + 1]!;
  await eventually(() => assert.equal(seen.size, count), 20_000);
  assert.ok(lost.foundAt < count, "it was found only when all else was read");
  assert.deepEqual(
    twiceOf(seen),
    [],
    "nor is what is asked for handed out twice",
  );
});

test("over a slow network each page has its time, also behind others", async (fixture) => {
  const count = 2_000;
  await publish(fixture, count);
  const proxy = startProxy(fixture.url);
  const broker = await connectBroker(proxy.url, { claimAfterMs: 60_000 });
  const { seen, add } = countEach();
  const handler = (deliveries: readonly Delivery[]) => {
    add(deliveries);
    return Promise.resolve();
  };
  try {
    proxy.slow(1_500, 100);
    fixture.subscribe(broker, "c", handler, batch);
    await eventually(() => assert.equal(seen.size, count), 40_000);
    assert.deepEqual(fixture.incidents, []);
  } finally {
    proxy.heal();
    await broker.close();
    await proxy.close();
  }
});
