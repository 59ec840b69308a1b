/**
 * A broker in the memory of this isolate, for tests and for a first look: it keeps every promise of
 * `broker.ts` but durability, and says so. Brokers of the same URL (`memory:name`) share their topics;
 * a Worker is another isolate and sees none of them.
 */
import type { Broker } from "./broker.ts";
import { MemorySubscription, MemoryTopic } from "./memory_topic.ts";

type Topics = Map<string, MemoryTopic>;
const stores = new Map<string, Topics>();

export function connectMemory(url: string): Promise<Broker> {
  const topics = stores.get(url) ?? new Map<string, MemoryTopic>();
  stores.set(url, topics);
  const subscriptions = new Set<MemorySubscription>();
  const made = (name: string): MemoryTopic => {
    const topic = topics.get(name) ?? new MemoryTopic();
    topics.set(name, topic);
    return topic;
  };
  return Promise.resolve({
    name: "memory",
    features: {
      durable: false,
      pendingEntries: true,
      trims: true,
      timeWindows: true,
    },
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
    ...inspection(topics),
    trim: (name, limits) =>
      Promise.resolve(topics.get(name)?.trim(limits) ?? 0),
    durability: () =>
      Promise.resolve({
        loss_window: "everything since the start (the broker is in memory)",
        loss_window_ms: null,
        warnings: [
          "the broker keeps its events in memory: set BROKER_URL to " +
          "redis://… or kafka://… to keep them over a restart",
        ],
      }),
    ping: () => Promise.resolve(),
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
    },
  });
}

/** The calls of a broker that look. */
const inspection = (topics: Topics) => ({
  depth: (name) => Promise.resolve(topics.get(name)?.size ?? 0),
  groups: (name) =>
    Promise.resolve(Array.from(
      topics.get(name)?.groups ?? [],
      ([group, { lag, pending, members, oldestMs }]) => ({
        group,
        lag,
        pending: pending.size,
        consumers: new Set(members.values()).size,
        oldest_ms: oldestMs,
        removed_by: null,
      }),
    )),
  pending(name, group, limit = 100) {
    const pending = topics.get(name)?.groups.get(group)?.pending ?? [];
    const oldest = [...pending].sort(([a], [b]) => Number(a) - Number(b));
    return Promise.resolve(
      oldest.slice(0, limit).map(([position, one]) => {
        const { consumer, at, deliveries } = one;
        return { position, consumer, idle_ms: Date.now() - at, deliveries };
      }),
    );
  },
  read(name, { limit = 100, newestFirst, ...window } = {}) {
    const all = topics.get(name)?.window(window) ?? [];
    if (newestFirst) all.reverse();
    return Promise.resolve(all.slice(0, limit));
  },
  async replay(name, handler, options = {}) {
    const { batch = 500, signal = new AbortController().signal } = options;
    const all = (topics.get(name)?.window(options) ?? [])
      .map((one) => ({ ...one, redelivered: true }));
    for (let done = 0; done < all.length; done += batch) {
      signal.throwIfAborted();
      const part = all.slice(done, done + batch);
      await handler(part, signal);
      options.onProgress?.(done + part.length, all.length);
    }
    return all.length;
  },
} satisfies Partial<Broker>);
