/** How fast an actor gets through what waits for it: stream, check, PostgreSQL, latest, acknowledged. */
import type { Broker } from "../../broker/broker.ts";
import type { Config } from "../../config.ts";
import { startIsolates } from "./isolate.ts";
import { topic } from "./events.ts";

/** Events a second, from the start of an isolate with `count` events waiting to the last one acknowledged. */
export async function measureConsume(
  config: Config,
  broker: Broker,
  count: number,
): Promise<number> {
  const supervisor = await startIsolates(config);
  try {
    const began = performance.now();
    const first = await left(broker);
    await until(async () => await left(broker) === 0);
    return Math.min(first, count) / (performance.now() - began) * 1_000;
  } finally {
    await supervisor.stop(10_000);
  }
}

/** Events that the group has not acknowledged. */
export async function left(broker: Broker): Promise<number> {
  const group = (await broker.groups(topic)).find(({ group }) =>
    group === topic
  );
  return group ? (group.lag ?? Infinity) + group.pending : Infinity;
}

export async function until(
  done: () => Promise<boolean>,
  withinMs = 120_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!await done()) {
    if (performance.now() > deadline) {
      throw new Error(`not done within ${withinMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
