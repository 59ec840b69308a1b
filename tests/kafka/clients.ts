/** What the cases of the Kafka adapter work with: a topic of their own, and clients. */
import { Admin } from "@platformatic/kafka";
import type { Broker, StoredMessage } from "../../broker/broker.ts";
import { connectKafka } from "../../broker/kafka/broker.ts";
import { kafkaHosts } from "../../broker/kafka/url.ts";

/** A topic of its own and two clients; closed afterwards, whatever happened. */
export async function withClients(
  url: string,
  run: (topic: string, one: Broker, other: Broker) => Promise<void>,
): Promise<void> {
  const clients = await Promise.all([connectKafka(url), connectKafka(url)]);
  try {
    await run(`kafka-${crypto.randomUUID().slice(0, 8)}`, ...clients);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** For what an operator might do behind our back. */
export async function withAdmin<T>(
  url: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = new Admin({
    clientId: "test",
    bootstrapBrokers: kafkaHosts(url),
  });
  return await work(admin).finally(() => admin.close());
}

export const partitionOf = (message: StoredMessage): string | undefined =>
  message.position.split("-")[1];
