/** Kafka behind the broker boundary: a topic per signal, the symbol as key, a consumer group per reader. */
import type { Admin } from "@platformatic/kafka";
import type { Broker, BrokerFeatures, Message } from "../broker.ts";
import { answerFrom, openAdmin, openProducer } from "./client.ts";
import { readDurability } from "./durability.ts";
import { groupStatuses } from "./groups.ts";
import { Publisher } from "./publish.ts";
import { toStored } from "./records.ts";
import { KafkaSubscription } from "./subscription.ts";
import { prefix, Topic } from "./topic.ts";
import { type KafkaAddress, parseKafkaUrl } from "./url.ts";
import { depthOf, readWindow, replayWindow } from "./window.ts";

const features: BrokerFeatures = {
  durable: true,
  pendingEntries: false, // Kafka knows offsets, not single deliveries
  trims: false, // retention is Kafka's own, by time and size
  timeWindows: true,
};

/**
 * Connects to the cluster at `kafka://host:port,…`; see `parseKafkaUrl` for what else the address may say.
 *
 * @throws {BrokerUnavailableError} if none of its servers answers
 */
export async function connectKafka(url: string): Promise<Broker> {
  const address = parseKafkaUrl(url);
  const admin = openAdmin(address);
  try {
    await ping(address, admin);
  } catch (error) {
    await admin.close();
    throw error;
  }
  return openBroker(address, admin);
}

async function ping(address: KafkaAddress, admin: Admin): Promise<void> {
  const asked = { topics: [], forceUpdate: true, retries: 0 };
  await answerFrom(address, admin.metadata(asked));
}

function openBroker(address: KafkaAddress, admin: Admin): Broker {
  const publisher = new Publisher(openProducer(address));
  const subscriptions = new Set<KafkaSubscription>();
  const topics = new Map<string, Topic>();
  const topicOf = (name: string) => {
    const topic = topics.get(name) ?? new Topic(admin, address, name);
    topics.set(name, topic);
    return topic;
  };
  const pendingOf = (topic: Topic) => (group: string) =>
    [...subscriptions]
      .filter((one) => one.topic === topic && one.group === group)
      .reduce((sum, one) => sum + one.pending, 0);

  return {
    name: "kafka",
    features,
    publish: (name, messages) =>
      answerFrom(address, publish(publisher, topicOf(name), messages)),
    subscribe(name, ...asked) {
      const one = new KafkaSubscription(topicOf(name), ...asked);
      subscriptions.add(one);
      const forget = () => void subscriptions.delete(one);
      one.closed.then(forget, forget);
      return one;
    },
    depth: (name) => depthOf(topicOf(name)),
    groups(name) {
      const topic = topicOf(name);
      return answerFrom(address, groupStatuses(topic, pendingOf(topic)));
    },
    pending: () => Promise.resolve([]),
    read: async (name, options = {}) =>
      (await readWindow(topicOf(name), options)).map(toStored),
    replay: (name, handler, options = {}) =>
      replayWindow(topicOf(name), handler, options),
    trim: () => Promise.resolve(0),
    durability: () => answerFrom(address, durabilityOf(address, admin)),
    ping: () => ping(address, admin),
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
      await Promise.all([admin.close(), publisher.close()]);
    },
  };
}

async function publish(
  publisher: Publisher,
  topic: Topic,
  messages: readonly Message[],
): Promise<void> {
  if (messages.length === 0) return;
  try {
    await topic.ensure();
    await publisher.publish(topic.name, messages);
  } catch (cause) {
    await topic.repair(cause).catch(() => {});
    const what = `all of ${messages.length} messages for "${topic.topic}"`;
    throw new Error(`Kafka at ${topic.address.hosts} did not take ${what}`, {
      cause,
    });
  }
}

async function durabilityOf({ replication }: KafkaAddress, admin: Admin) {
  const all = await admin.listTopics();
  const ours = all.filter((name) => name.startsWith(prefix));
  return await readDurability(admin, ours, replication);
}
