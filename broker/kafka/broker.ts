/** Kafka behind the broker boundary: a topic per signal, the symbol as key, a consumer group per reader. */
import type { Admin } from "@platformatic/kafka";
import type { Broker, BrokerFeatures, Message, Window } from "../broker.ts";
import { answerFrom, openAdmin, openProducer, openReader } from "./client.ts";
import { readDurability } from "./durability.ts";
import { groupStatuses } from "./groups.ts";
import { Publisher } from "./publish.ts";
import { toStored } from "./records.ts";
import { KafkaSubscription } from "./subscription.ts";
import { topicNameOf, Topics } from "./topics.ts";
import { type KafkaAddress, parseKafkaUrl } from "./url.ts";
import {
  countOf,
  findRanges,
  type OpenWindow,
  type Ranges,
  readSome,
  replayWindow,
} from "./window.ts";

const features: BrokerFeatures = {
  durable: true,
  pendingEntries: false, // Kafka knows offsets, not single deliveries
  trims: false, // retention is Kafka's own, by time and size
  timeWindows: true,
};

/** A cluster and the ways to it. */
interface Cluster {
  readonly address: KafkaAddress;
  readonly admin: Admin;
  readonly topics: Topics;
}

/**
 * Connects to the cluster at `kafka://host:port,…`; see `parseKafkaUrl` for what else the address may say.
 *
 * @throws {BrokerUnavailableError} if none of its servers answers
 */
export async function connectKafka(url: string): Promise<Broker> {
  const address = parseKafkaUrl(url);
  const admin = openAdmin(address);
  try {
    await ping({ address, admin });
  } catch (error) {
    await admin.close();
    throw error;
  }
  return openBroker({ address, admin, topics: new Topics(admin, address) });
}

async function ping(
  { address, admin }: Omit<Cluster, "topics">,
): Promise<void> {
  const asked = { topics: [], forceUpdate: true, retries: 0 };
  await answerFrom(address, admin.metadata(asked));
}

function openBroker(cluster: Cluster): Broker {
  const { address, admin, topics } = cluster;
  const publisher = new Publisher(openProducer(address));
  const subscriptions = new Set<KafkaSubscription>();
  return {
    name: "kafka",
    features,
    ...inspection(cluster, subscriptions),
    publish: (topic, messages) =>
      answerFrom(address, publish(cluster, publisher, topic, messages)),
    subscribe(...asked) {
      const one = new KafkaSubscription(address, topics, ...asked);
      subscriptions.add(one);
      const forget = () => void subscriptions.delete(one);
      one.closed.then(forget, forget);
      return one;
    },
    trim: () => Promise.resolve(0),
    ping: () => ping(cluster),
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
      await Promise.all([admin.close(), publisher.close()]);
    },
  };
}

async function publish(
  { address, topics }: Cluster,
  publisher: Publisher,
  topic: string,
  messages: readonly Message[],
): Promise<void> {
  if (messages.length === 0) return;
  const name = topicNameOf(topic);
  try {
    await topics.ensure(name);
    await publisher.publish(name, messages);
  } catch (cause) {
    await topics.repair(name, cause).catch(() => {});
    const what = `all of ${messages.length} messages for "${topic}"`;
    throw new Error(`Kafka at ${address.hosts} did not take ${what}`, {
      cause,
    });
  }
}

type Inspection = Pick<
  Broker,
  "depth" | "groups" | "pending" | "read" | "replay" | "durability"
>;

function inspection(
  cluster: Cluster,
  subscriptions: ReadonlySet<KafkaSubscription>,
): Inspection {
  const { address, admin, topics } = cluster;
  const pendingOf = (topic: string) => (group: string) =>
    [...subscriptions]
      .filter((one) => one.topic === topic && one.group === group)
      .reduce((sum, one) => sum + one.pending, 0);
  return {
    depth: async (topic) => countOf(await rangesOf(cluster, topic, {})),
    groups: (topic) =>
      answerFrom(
        address,
        groupStatuses(admin, topics, topic, pendingOf(topic)),
      ),
    pending: () => Promise.resolve([]),
    read: (topic, options = {}) =>
      inWindow(
        cluster,
        topic,
        options,
        async (window) => (await readSome(window, options)).map(toStored),
      ),
    replay: (topic, handler, options = {}) =>
      inWindow(
        cluster,
        topic,
        options,
        (window) => replayWindow(window, handler, options),
      ),
    durability: () => answerFrom(address, durabilityOf(cluster)),
  };
}

async function durabilityOf({ admin, address }: Cluster) {
  const all = await admin.listTopics();
  const ours = all.filter((name) => name.startsWith(topicNameOf("")));
  return await readDurability(admin, ours, address.replication);
}

/** A topic that is not there has no messages. */
function rangesOf(
  { address, topics }: Cluster,
  topic: string,
  window: Window,
): Promise<Ranges> {
  const name = topicNameOf(topic);
  const look = async () =>
    await topics.exists(name)
      ? await findRanges(topics, name, window)
      : new Map();
  return answerFrom(address, look());
}

async function inWindow<T>(
  cluster: Cluster,
  topic: string,
  window: Window,
  work: (window: OpenWindow) => Promise<T>,
): Promise<T> {
  const { address } = cluster;
  const ranges = await rangesOf(cluster, topic, window);
  const reader = openReader(address);
  try {
    return await work({ address, reader, topic: topicNameOf(topic), ranges });
  } finally {
    await reader.close();
  }
}
