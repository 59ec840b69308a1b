/** How fast an actor gets through what waits for it: stream, check, PostgreSQL, latest, acknowledged. */
import type { Broker } from "../../broker/broker.ts";
import type { Config } from "../../config.ts";
import { publishMany, topic } from "./events.ts";
import { startIsolates } from "./isolates.ts";

export interface ConsumeOptions {
  /** Beside an actor in a crash loop. */
  readonly crashing?: boolean;
  /** So many of the first events come once more, after all of them; none unless told. */
  readonly again?: number;
}

/**
 * Events a second of the quotes actor in its isolate, over `count` events that wait for it. The first
 * tenth is not timed: the isolate warms up in it.
 */
export async function measureConsume(
  config: Config,
  broker: Broker,
  count: number,
  { crashing = false, again = 0 }: ConsumeOptions = {},
): Promise<number> {
  const supervisor = await startIsolates(config, { crashing });
  try {
    supervisor.setPaused(topic, true);
    await publishMany(broker, count);
    await publishMany(broker, again);
    supervisor.setPaused(topic, false);
    return await rateOf(() => left(broker), count);
  } finally {
    await supervisor.stop();
  }
}

/** Events a second, until none of `count` is left; the first tenth is not timed. Rejects after 3 min. */
export async function rateOf(
  left: () => Promise<number>,
  count: number,
): Promise<number> {
  await until(async () => await left() < count * 0.9);
  const rest = await left();
  const began = performance.now();
  await until(async () => await left() === 0);
  return rest / (performance.now() - began) * 1_000;
}

/** Events that the group has not acknowledged. */
async function left(broker: Broker): Promise<number> {
  const groups = await broker.groups(topic);
  const group = groups.find((each) => each.group === topic);
  return group ? (group.lag ?? Infinity) + group.pending : Infinity;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!await done()) {
    if (performance.now() > deadline) throw new Error("not done within 3 min");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
