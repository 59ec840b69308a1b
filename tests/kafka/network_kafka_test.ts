/** A bad network between Signalbox and Kafka, which advertises it as the way to itself. */
import assert from "node:assert/strict";
import {
  type Broker,
  BrokerUnavailableError,
  type Message,
} from "../../broker/broker.ts";
import { collect, eventually, ids, messages } from "../conformance/fixture.ts";
import { sleep } from "../../wait.ts";
import type { Proxy } from "../support/proxy.ts";
import { startKafkaBehindProxy } from "./behind_proxy.ts";
import { withAdmin, withClients } from "./clients.ts";

/** How long each lasts; what is deaf stays so. */
const faultMs = 1_000;

const faults: readonly (readonly [string, (way: Proxy) => void])[] = [
  ["goes deaf on the connections that there are", (way) => way.deafen()],
  ["cuts them in the middle of a message", (way) => way.cut()],
  ["stalls", (way) => way.stall()],
  ["is slow", (way) => way.slow(500, 5)],
];

Deno.test("kafka: over a bad network nothing is lost, and all goes on within half a minute by itself", async (test) => {
  const { server, way } = await startKafkaBehindProxy();
  try {
    for (const [what, strike] of faults) {
      // The proxy outlives each step.
      const options = { sanitizeOps: false, sanitizeResources: false };
      await test.step({
        name: `when it ${what}`,
        ...options,
        fn: () => over(way, strike),
      });
    }
  } finally {
    await server.stop();
    await way.close();
  }
});

Deno.test("kafka: a join whose answer is lost over a deaf network is not waited for as long as a join may take", async () => {
  const { server, way, directUrl } = await startKafkaBehindProxy();
  try {
    await withClients(directUrl, async (topic, near) => {
      await withClients(way.url, async (_, far) => {
        const slow = collect(() => sleep(2_000));
        const started = Promise.withResolvers<void>();
        const at = (consumer: string) => ({ consumer, batch: 1 });
        near.subscribe(topic, "group", (batch, signal) => {
          started.resolve();
          return slow.handler(batch, signal);
        }, at("a"));
        await near.publish(topic, messages(1, 1));
        await started.promise;
        // Until "a" has let go of what it has in hand, "b" is not let in.
        const got = collect();
        far.subscribe(topic, "group", got.handler, at("b"));
        await untilRebalances(directUrl, `signalbox.${topic}.group`);
        way.deafen();
        await near.publish(topic, messages(400, 40));
        await eventually(() => assert.ok(got.seen.length > 0), 9_000);
      });
    });
  } finally {
    await server.stop();
    await way.close();
  }
});

async function untilRebalances(url: string, group: string): Promise<void> {
  await withAdmin(url, async (admin) => {
    await eventually(async () => {
      const groups = await admin.describeGroups({ groups: [group] });
      assert.match(groups.get(group)!.state, /^Preparing_?Rebalance$/i);
    });
  });
}

/** Two consumers at work, and a publisher, when the fault strikes. */
async function over(way: Proxy, strike: (way: Proxy) => void): Promise<void> {
  await withClients(way.url, async (topic, one, other) => {
    const got = collect();
    for (const [consumer, broker] of [["a", one], ["b", other]] as const) {
      broker.subscribe(topic, "group", got.handler, { consumer, batch: 50 });
    }
    const sent = messages(400, 20);
    const arrived = (count: number, withinMs?: number) =>
      eventually(
        () => assert.equal(new Set(got.ids()).size, count),
        withinMs,
      );
    await one.publish(topic, sent.slice(0, 200));
    await arrived(200);
    strike(way);
    const publishing = publishUntilTaken(one, topic, sent.slice(200));
    await sleep(faultMs);
    way.heal();
    await arrived(400, 30_000);
    await publishing;
    assert.deepEqual([...new Set(got.ids())].sort(), ids(sent).sort());
  });
}

async function publishUntilTaken(
  broker: Broker,
  topic: string,
  some: readonly Message[],
): Promise<void> {
  while (true) {
    try {
      return await broker.publish(topic, some);
    } catch (error) {
      if (!(error instanceof BrokerUnavailableError)) throw error;
      await sleep(100);
    }
  }
}
