/**
 * A broker in the memory of this isolate, for tests and for a first look: it keeps every promise of
 * `broker.ts` but durability, and says so. Brokers of the same URL (`memory:name`) share their topics;
 * a Worker is another isolate and sees none of them.
 */
import type {
  BatchHandler,
  Broker,
  BrokerFeatures,
  Durability,
  GroupStatus,
  PendingMessage,
  ReplayOptions,
} from "./broker.ts";
import {
  type MemoryGroup,
  MemorySubscription,
  MemoryTopic,
} from "./memory_topic.ts";

type Topics = Map<string, MemoryTopic>;
const stores = new Map<string, Topics>();

const features: BrokerFeatures = {
  durable: false,
  pendingEntries: true,
  trims: true,
  timeWindows: true,
};

const durability: Durability = {
  loss_window: "everything since the start (the broker is in memory)",
  loss_window_ms: null,
  warnings: [
    "the broker keeps its events in memory: set BROKER_URL to redis://… or " +
    "kafka://… to keep them over a restart",
  ],
};

export function connectMemory(url: string): Promise<Broker> {
  const topics = stores.get(url) ?? new Map<string, MemoryTopic>();
  stores.set(url, topics);
  return Promise.resolve(openMemory(topics));
}

function openMemory(topics: Topics): Broker {
  const subscriptions = new Set<MemorySubscription>();
  const made = (name: string): MemoryTopic => {
    const topic = topics.get(name) ?? new MemoryTopic();
    topics.set(name, topic);
    return topic;
  };
  return {
    name: "memory",
    features,
    publish(name, messages) {
      if (messages.length > 0) made(name).append(messages);
      return Promise.resolve();
    },
    subscribe(name, group, handler, options) {
      const topic = made(name);
      const one = new MemorySubscription(topic, group, handler, options);
      subscriptions.add(one);
      one.closed.finally(() => subscriptions.delete(one));
      return one;
    },
    depth: (name) => Promise.resolve(topics.get(name)?.size ?? 0),
    groups: (name) =>
      Promise.resolve([...topics.get(name)?.groups ?? []].map(statusOf)),
    pending: (name, group, limit = 100) =>
      Promise.resolve(pendingOf(topics.get(name)?.groups.get(group), limit)),
    read(name, { limit = 100, newestFirst, ...window } = {}) {
      const all = topics.get(name)?.window(window) ?? [];
      if (newestFirst) all.reverse();
      return Promise.resolve(all.slice(0, limit));
    },
    replay: (name, handler, options) =>
      replay(topics.get(name), handler, options),
    trim: (name, limits) =>
      Promise.resolve(topics.get(name)?.trim(limits) ?? 0),
    durability: () => Promise.resolve(durability),
    ping: () => Promise.resolve(),
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
    },
  };
}

const statusOf = ([name, group]: [string, MemoryGroup]): GroupStatus => ({
  group: name,
  lag: group.lag,
  pending: group.pending.size,
  consumers: group.consumers.size,
});

function pendingOf(
  group: MemoryGroup | undefined,
  limit: number,
): PendingMessage[] {
  return [...group?.pending ?? []]
    .sort(([a], [b]) => Number(a) - Number(b)).slice(0, limit)
    .map(([position, { consumer, at, deliveries }]) => ({
      position,
      consumer,
      idle_ms: Date.now() - at,
      deliveries,
    }));
}

async function replay(
  topic: MemoryTopic | undefined,
  handler: BatchHandler,
  options: ReplayOptions = {},
): Promise<number> {
  const { batch = 500, signal = new AbortController().signal } = options;
  const all = topic?.window(options) ?? [];
  for (let done = 0; done < all.length; done += batch) {
    signal.throwIfAborted();
    const part = all.slice(done, done + batch);
    await handler(part.map((one) => ({ ...one, redelivered: true })), signal);
    options.onProgress?.(done + part.length, all.length);
  }
  return all.length;
}
