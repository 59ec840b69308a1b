/** How long a single event takes, while nothing else happens. */
import type { Redis } from "ioredis";
import type { Broker } from "../../broker/broker.ts";
import type { Config } from "../../config.ts";
import { listenForChanges } from "../../db/latest.ts";
import { messages, quote, topic } from "./events.ts";
import { startIsolates } from "./isolates.ts";

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** From before `publish` until the latest value has changed, in milliseconds; of `count` events. */
export async function measureLatency(
  config: Config,
  broker: Broker,
  subscriber: Redis,
  count: number,
  from: number,
): Promise<Latency> {
  const supervisor = await startIsolates(config);
  const waiting = new Map<string, () => void>();
  const silence = await listenForChanges(
    subscriber,
    ({ value }) => waiting.get(`${value.symbol}:${value.at}`)?.(),
  );
  const took: number[] = [];
  try {
    for (let n = from; n < from + count; n++) {
      // Uneven pauses, so that no timer of the system is met in step.
      await new Promise((resolve) => setTimeout(resolve, 20 + n % 17));
      const stored = new Promise<void>((resolve) =>
        waiting.set(quote(n).id, resolve)
      );
      const [message] = messages(n, 1);
      const began = performance.now();
      await broker.publish(topic, [message!]);
      await stored;
      took.push(performance.now() - began);
    }
  } finally {
    await silence();
    await supervisor.stop();
  }
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))]!;
  return { p50: at(0.5), p99: at(0.99) };
}
