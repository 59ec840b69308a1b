/** A subscription: a member of the group, one loop that fetches ahead, another that hands out. */
import type {
  BatchHandler,
  SubscribeOptions,
  Subscription,
} from "../broker.ts";
import { openReader } from "./client.ts";
import { startFetching } from "./fetching.ts";
import { startHanding } from "./handing.ts";
import { createHolding } from "./holding.ts";
import { joinGroup } from "./member.ts";
import { groupIdOf, topicNameOf } from "./names.ts";
import type { Topics } from "./topics.ts";
import type { KafkaAddress } from "./url.ts";

export interface KafkaSubscription extends Subscription {
  /** Delivered and not yet committed, by this process. */
  pending(): number;
}

export function subscribeKafka(
  address: KafkaAddress,
  topics: Topics,
  topic: string,
  group: string,
  handler: BatchHandler,
  { consumer, batch = 500, onIncident }: SubscribeOptions,
): KafkaSubscription {
  const name = topicNameOf(topic);
  const closed = Promise.withResolvers<void>();
  closed.promise.catch(() => {}); // whoever cares looks at `closed`
  const holding = createHolding(topics, name, batch);
  const onRefused = (cause: unknown) => {
    closed.reject(
      new Error(`Kafka refuses the group ${group} at the topic ${name}`, {
        cause,
      }),
    );
    shut();
  };
  const member = joinGroup(
    address,
    topics,
    name,
    groupIdOf(topic, group),
    encodeURIComponent(consumer),
    {
      beforeJoin: () => handing.yieldBatch(),
      onAssigned(partitions) {
        holding.give(partitions);
        fetching.wake();
      },
      onRefused,
    },
  );
  const handing = startHanding(
    holding,
    member,
    handler,
    batch,
    () => fetching.wake(),
  );
  const fetching = startFetching(
    openReader(address),
    topics,
    name,
    holding,
    member,
    batch,
    {
      isPaused: () => handing.paused,
      onFetched: handing.wake,
      onIncident: (kind, detail) =>
        onIncident?.({ kind, detail: `${topic}, ${group}: ${detail}` }),
      onRefused,
    },
  );

  let shutting: Promise<void> | undefined;
  const shut = () =>
    shutting ??= (async () => {
      await handing.stop();
      await Promise.all([member.leave(), fetching.stop()]);
      closed.resolve();
    })();

  return {
    closed: closed.promise,
    get lastReadAt() {
      return fetching.lastReadAt;
    },
    pending: () =>
      holding.line.reduce(
        (sum, { handed, committed }) => sum + Number(handed - committed),
        0,
      ),
    recover: () => Promise.resolve(0), // the group's coordinator gives a dead member's partitions away
    pause: handing.pause,
    resume: handing.resume,
    close: shut,
  };
}
