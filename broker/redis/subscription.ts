/** One consumer of one group: reads ahead, hands out, acknowledges, and keeps its leases. */
import type { BatchHandler, Subscription } from "../broker.ts";
import { resolvesWithin } from "../../wait.ts";
import { makeAcknowledger } from "./ack.ts";
import { leave, recoverStranded } from "./claim.ts";
import type { Place } from "./group.ts";
import { makeHands } from "./hands.ts";
import { makeLeases } from "./lease.ts";
import { makeQueue } from "./queue.ts";
import { makeReader } from "./reader.ts";
import { makeSource } from "./source.ts";

/** How long `close` tries to acknowledge and to take leave of a server that does not answer. */
const goodbyeMs = 5000;

export interface RedisSubscriptionOptions {
  readonly url: string;
  readonly place: Place;
  readonly batch: number;
}

export function subscribeRedis(
  options: RedisSubscriptionOptions,
  handler: BatchHandler,
): Subscription {
  const { url, place, batch } = options;
  const queue = makeQueue(batch);
  const hands = makeHands(handler, queue, (ids) => acknowledger.ack(ids));
  const leases = makeLeases(place, {
    lost(ids) {
      queue.drop(ids);
      hands.drop(ids);
    },
    stray() {
      if (!reader.draining) reader.drain();
    },
  });
  const acknowledger = makeAcknowledger(place, leases);
  const source = makeSource(url, place, batch);
  const reader = makeReader(source, place, leases, queue);

  const run = async () => {
    leases.start();
    const handing = hands.run();
    try {
      await reader.run();
    } finally {
      queue.close();
      await handing;
      await acknowledger.settle(goodbyeMs);
      leases.stop();
      await takeLeave(place);
    }
  };
  const recover = async () => {
    if (closing || !leases.steady) return 0;
    const count = await recoverStranded(place);
    if (count > 0) reader.drain();
    return count;
  };
  const close = async () => {
    queue.close();
    await reader.stop();
    await closed.catch(() => {}); // whoever waits for `closed` is told
  };

  const closed = run();
  let closing: Promise<void> | undefined;
  let recovering: Promise<number> | undefined;
  return {
    closed,
    get lastReadAt() {
      return source.lastReadAt;
    },
    recover: () =>
      recovering ??= recover().finally(() => recovering = undefined),
    pause: queue.pause,
    resume: queue.resume,
    close: () => closing ??= close(),
  };
}

async function takeLeave(place: Place): Promise<void> {
  if (place.redis.status !== "ready") return;
  const leaving = leave(place).catch(() => {}); // then its name stays until a sweep
  await resolvesWithin(leaving, goodbyeMs);
}
