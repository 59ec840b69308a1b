/** The loop of one consumer on a topic in memory. */
import type {
  BatchHandler,
  Delivery,
  SubscribeOptions,
  Subscription,
} from "./broker.ts";
import type { MemoryGroup, MemoryTopic, Returned } from "./memory_topic.ts";
import { retryDelay } from "./retry_delay.ts";

export function subscribeMemory(
  topic: MemoryTopic,
  group: MemoryGroup,
  handler: BatchHandler,
  options: SubscribeOptions,
): Subscription {
  const { consumer, batch = 500 } = options;
  const { bell } = topic;
  const never = new AbortController().signal;
  let paused = false;
  let closing = false;
  let lastReadAt = Date.now();

  const handOut = async ({ batch, attempt }: Returned) => {
    const deliveries = batch.map((message): Delivery => ({
      ...message,
      redelivered: attempt > 1,
    }));
    try {
      await handler(deliveries, never);
      for (const { position } of batch) group.pending.delete(position);
    } catch {
      const dueAt = Date.now() + retryDelay(attempt);
      group.returned.push({ batch, attempt: attempt + 1, dueAt });
      bell.ring();
    }
  };

  const run = async () => {
    while (!closing) {
      lastReadAt = Date.now();
      const next = paused ? null : take(topic, group, consumer, batch);
      if (next) await handOut(next);
      else await bell.wait(waitMs(group));
    }
  };

  join(group, consumer, 1);
  const closed = run().finally(() => join(group, consumer, -1));
  return {
    closed,
    get lastReadAt() {
      return lastReadAt;
    },
    // A consumer in memory cannot die alone: what it had goes back when its handler rejects.
    recover: () => Promise.resolve(0),
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      bell.ring();
    },
    close: async () => {
      closing = true;
      bell.ring();
      await closed;
    },
  };
}

/** What was returned and is due, or else the next messages that nobody has had. */
function take(
  topic: MemoryTopic,
  group: MemoryGroup,
  consumer: string,
  most: number,
): Returned | null {
  const now = Date.now();
  const due = group.returned.findIndex((one) => one.dueAt <= now);
  const next = due >= 0
    ? group.returned.splice(due, 1)[0]!
    : fresh(topic, group, most);
  for (const message of next.batch) {
    group.pending.set(message.position, {
      message,
      consumer,
      at: now,
      deliveries: next.attempt,
    });
  }
  return next.batch.length > 0 ? next : null;
}

function fresh(topic: MemoryTopic, group: MemoryGroup, most: number): Returned {
  const start = group.next - topic.first;
  const batch = topic.messages.slice(start, start + most);
  group.next += batch.length;
  return { batch, attempt: 1, dueAt: 0 };
}

/** A second at most, so that `lastReadAt` moves while nothing arrives. */
const waitMs = (group: MemoryGroup): number =>
  Math.max(
    1,
    Math.min(1000, ...group.returned.map((one) => one.dueAt - Date.now())),
  );

function join(group: MemoryGroup, consumer: string, by: number): void {
  const count = (group.consumers.get(consumer) ?? 0) + by;
  if (count > 0) group.consumers.set(consumer, count);
  else group.consumers.delete(consumer);
}
