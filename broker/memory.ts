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
  ReadOptions,
  ReplayOptions,
  Subscription,
} from "./broker.ts";
import { subscribeMemory } from "./memory_subscription.ts";
import {
  append,
  groupOf,
  inWindow,
  makeTopic,
  type MemoryGroup,
  type MemoryTopic,
  trimTopic,
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
  lossWindow: "everything since the start (the broker is in memory)",
  lossWindowMs: null,
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
  const subscriptions = new Set<Subscription>();
  return {
    name: "memory",
    features,
    ...inspection(topics),
    publish(name, messages) {
      if (messages.length > 0) append(topicOf(topics, name), messages);
      return Promise.resolve();
    },
    subscribe(name, groupName, handler, options) {
      const topic = topicOf(topics, name);
      const group = groupOf(topic, groupName);
      const subscription = subscribeMemory(topic, group, handler, options);
      subscriptions.add(subscription);
      subscription.closed.finally(() => subscriptions.delete(subscription));
      return subscription;
    },
    durability: () => Promise.resolve(durability),
    ping: () => Promise.resolve(),
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
    },
  };
}

function topicOf(topics: Topics, name: string): MemoryTopic {
  const topic = topics.get(name) ?? makeTopic();
  topics.set(name, topic);
  return topic;
}

function inspection(topics: Topics) {
  const group = (topic: string, name: string) =>
    topics.get(topic)?.groups.get(name);
  return {
    depth: (name: string) =>
      Promise.resolve(topics.get(name)?.messages.length ?? 0),
    groups(name: string): Promise<GroupStatus[]> {
      const topic = topics.get(name);
      const all = [...topic?.groups ?? []];
      return Promise.resolve(
        all.map(([name, group]) => status(topic!, name, group)),
      );
    },
    pending: (name: string, of: string, limit = 100) =>
      Promise.resolve(pendingOf(group(name, of), limit)),
    read(name: string, options: ReadOptions = {}) {
      const all = topics.has(name) ? inWindow(topics.get(name)!, options) : [];
      if (options.newestFirst) all.reverse();
      return Promise.resolve(all.slice(0, options.limit ?? 100));
    },
    replay: (name: string, handler: BatchHandler, options?: ReplayOptions) =>
      replay(topics.get(name), handler, options),
    trim: (name: string, limits: Parameters<Broker["trim"]>[1]) =>
      Promise.resolve(
        topics.has(name) ? trimTopic(topics.get(name)!, limits) : 0,
      ),
  };
}

const status = (
  topic: MemoryTopic,
  name: string,
  group: MemoryGroup,
): GroupStatus => ({
  group: name,
  lag: topic.first + topic.messages.length - group.next,
  pending: group.pending.size,
  consumers: group.consumers.size,
});

function pendingOf(
  group: MemoryGroup | undefined,
  limit: number,
): PendingMessage[] {
  const all = [...group?.pending ?? []]
    .sort(([a], [b]) => Number(a) - Number(b));
  return all.slice(0, limit).map(([position, one]) => ({
    position,
    consumer: one.consumer,
    idleMs: Date.now() - one.at,
    deliveries: one.deliveries,
  }));
}

async function replay(
  topic: MemoryTopic | undefined,
  handler: BatchHandler,
  options: ReplayOptions = {},
): Promise<number> {
  const { batch = 500, signal = new AbortController().signal } = options;
  const all = topic ? inWindow(topic, options) : [];
  for (let done = 0; done < all.length; done += batch) {
    signal.throwIfAborted();
    const part = all.slice(done, done + batch);
    await handler(part.map((one) => ({ ...one, redelivered: true })), signal);
    options.onProgress?.(done + part.length, all.length);
  }
  return all.length;
}
