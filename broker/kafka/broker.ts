/** Kafka behind the broker boundary: a topic per signal, the symbol as key, a consumer group per reader. */
import type { Admin, Consumer } from "@platformatic/kafka";
import type { Broker, Window } from "../broker.ts";
import { openAdmin, openProducer, openReader } from "./client.ts";
import { readDurability } from "./durability.ts";
import { groupStatuses } from "./groups.ts";
import { topicNameOf } from "./names.ts";
import { openPublisher } from "./publish.ts";
import { toStored } from "./records.ts";
import { type KafkaSubscription, subscribeKafka } from "./subscription.ts";
import { openTopics } from "./topics.ts";
import { type KafkaAddress, parseKafkaUrl } from "./url.ts";
import {
  countOf,
  findRanges,
  type Ranges,
  readSome,
  replayRanges,
} from "./window.ts";

export { kafkaHosts } from "./url.ts";

const features = {
  durable: true,
  pendingEntries: false, // Kafka knows offsets, not single deliveries
  trims: false, // retention is Kafka's own, by time and size
  timeWindows: true,
} as const;

/**
 * Connects to the cluster at `kafka://host:port,…`; see `parseKafkaUrl` for what else the address may say.
 *
 * @throws {Error} if none of its servers answers; the message names them.
 */
export async function connectKafka(url: string): Promise<Broker> {
  const address = parseKafkaUrl(url);
  const admin = openAdmin(address);
  const topics = openTopics(admin, address);
  const publisher = openPublisher(openProducer(address));
  const subscriptions = new Map<KafkaSubscription, string>();
  await ping(admin, address).catch(async (error) => {
    await Promise.all([admin.close(), publisher.close()]);
    throw error;
  });

  const inWindow = async <T>(
    topic: string,
    window: Window,
    work: (reader: Consumer, name: string, ranges: Ranges) => Promise<T>,
  ): Promise<T> => {
    const name = topicNameOf(topic);
    const found = await topics.exists(name);
    const ranges = found ? await findRanges(topics, name, window) : new Map();
    const reader = openReader(address);
    try {
      return await work(reader, name, ranges);
    } finally {
      await reader.close();
    }
  };

  return {
    name: "kafka",
    features,
    async publish(topic, messages) {
      if (messages.length === 0) return;
      try {
        await topics.ensure(topicNameOf(topic));
        await publisher.publish(topicNameOf(topic), messages);
      } catch (cause) {
        await topics.repair(topicNameOf(topic), cause).catch(() => {});
        const count = `${messages.length} ${
          messages.length === 1 ? "message" : "messages"
        }`;
        throw new Error(
          `Kafka at ${address.hosts} did not take ${count} for ${topic}`,
          { cause },
        );
      }
    },
    subscribe(topic, group, handler, options) {
      const subscription = subscribeKafka(
        address,
        topics,
        topic,
        group,
        handler,
        options,
      );
      subscriptions.set(subscription, `${topic}\n${group}`);
      const forget = () => void subscriptions.delete(subscription);
      subscription.closed.then(forget, forget);
      return subscription;
    },
    depth: (topic) =>
      inWindow(
        topic,
        {},
        (_reader, _name, ranges) => Promise.resolve(countOf(ranges)),
      ),
    groups: (topic) =>
      groupStatuses(admin, topics, topic, (group) =>
        Array.from(subscriptions)
          .filter(([, name]) => name === `${topic}\n${group}`)
          .reduce((sum, [subscription]) => sum + subscription.pending(), 0)),
    pending: () => Promise.resolve([]),
    read: (topic, options = {}) =>
      inWindow(
        topic,
        options,
        async (reader, name, ranges) =>
          (await readSome(reader, name, ranges, options)).map(toStored),
      ),
    replay: (topic, handler, options = {}) =>
      inWindow(
        topic,
        options,
        (reader, name, ranges) =>
          replayRanges(reader, name, ranges, handler, options),
      ),
    trim: () => Promise.resolve(0),
    async durability() {
      const ours = (await admin.listTopics()).filter((name) =>
        name.startsWith(topicNameOf(""))
      );
      return await readDurability(admin, ours, address.replication);
    },
    ping: () => ping(admin, address),
    async close() {
      await Promise.all(
        Array.from(
          subscriptions.keys(),
          (subscription) => subscription.close(),
        ),
      );
      await Promise.all([admin.close(), publisher.close()]);
    },
  };
}

async function ping(admin: Admin, address: KafkaAddress): Promise<void> {
  try {
    await admin.metadata({ topics: [], forceUpdate: true, retries: 0 });
  } catch (cause) {
    throw new Error(`Kafka does not answer at ${address.hosts.join(", ")}`, {
      cause,
    });
  }
}
