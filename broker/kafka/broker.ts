/** Kafka behind the broker boundary: a topic per signal, the symbol as key, a consumer group per reader. */
import type { Admin } from "@platformatic/kafka";
import type { Broker, Message } from "../broker.ts";
import { openAdmin, openProducer } from "./client.ts";
import { answerFrom, mayWantLogin } from "./errors.ts";
import { readDurability } from "./durability.ts";
import { toHeaders } from "./records.ts";
import { KafkaSubscription } from "./subscription.ts";
import { groupStatuses, Topic } from "./topic.ts";
import { type KafkaAddress, parseKafkaUrl } from "./url.ts";
import { windows } from "./window.ts";

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
  const answer = admin.metadata(asked).catch((error) => {
    throw mayWantLogin(address, error);
  });
  await answerFrom(address, answer);
}

function openBroker(address: KafkaAddress, admin: Admin): Broker {
  const producer = openProducer(address);
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
    features: {
      durable: true,
      pendingEntries: false, // Kafka knows offsets, not single deliveries
      trims: false, // retention is Kafka's own, by time and size
      timeWindows: true,
    },
    publish: (name, messages) =>
      answerFrom(address, publish(producer, topicOf(name), messages)),
    subscribe(name, ...asked) {
      const one = new KafkaSubscription(topicOf(name), ...asked);
      subscriptions.add(one);
      const forget = () => void subscriptions.delete(one);
      one.closed.then(forget, forget);
      return one;
    },
    groups(name) {
      const topic = topicOf(name);
      return answerFrom(address, groupStatuses(topic, pendingOf(topic)));
    },
    pending: () => Promise.resolve([]),
    ...windows(topicOf),
    trim: () => Promise.resolve(0),
    durability: () => answerFrom(address, readDurability(admin, address)),
    ping: () => ping(address, admin),
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
      await Promise.all([admin.close(), producer.close()]);
    },
  };
}

type TextProducer = ReturnType<typeof openProducer>;

/**
 * Resolves when Kafka has all of them, acknowledged by every replica in sync. Calls for one topic are sent
 * one after the other: two in flight could be stored in the wrong order when the first has to be repeated.
 */
async function publish(
  producer: TextProducer,
  topic: Topic,
  messages: readonly Message[],
): Promise<void> {
  if (messages.length === 0) return;
  try {
    await topic.ensure();
    const sending = topic.lastSend.then(() => send(producer, topic, messages));
    topic.lastSend = sending.catch(() => {});
    await sending;
  } catch (cause) {
    await topic.repair(cause).catch(() => {});
    const what = `all of ${messages.length} messages for "${topic.topic}"`;
    throw new Error(`Kafka at ${topic.address.hosts} did not take ${what}`, {
      cause,
    });
  }
}

async function send(
  producer: TextProducer,
  { name: topic }: Topic,
  messages: readonly Message[],
): Promise<void> {
  for (const part of parts(messages)) {
    await producer.send({
      messages: part.map(({ key, attributes, data }) => ({
        topic,
        key,
        value: data,
        headers: toHeaders(attributes),
      })),
    });
  }
}

/** Kafka refuses a batch beyond a topic's limit, 1 MB unless set: a larger message goes alone. */
const requestBytes = 768 * 1024;

function* parts(messages: readonly Message[]): Generator<Message[]> {
  let part: Message[] = [];
  let size = 0;
  for (const message of messages) {
    const bytes = roughBytes(message);
    if (part.length > 0 && size + bytes > requestBytes) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(message);
    size += bytes;
  }
  if (part.length > 0) yield part;
}

/** An upper bound that costs no encoding: no character takes more than three bytes per UTF-16 unit. */
function roughBytes({ key, attributes, data }: Message): number {
  let units = key.length + data.length;
  for (const [name, value] of Object.entries(attributes)) {
    units += name.length + value.length;
  }
  return 3 * units + 16 * Object.keys(attributes).length + 64;
}
