/**
 * Sends a message to each Kafka that the arguments name and waits for it: a process of its own, for its
 * DENO_CERT. Prints a line for each: that it came back, or why not.
 */
import { connectKafka } from "../../broker/kafka/broker.ts";
import { deadline } from "../../wait.ts";

for (const url of Deno.args) {
  console.log(await roundTrip(url).then(() => "came back", String));
}

async function roundTrip(url: string): Promise<void> {
  const broker = await connectKafka(url);
  const topic = `secure-${crypto.randomUUID().slice(0, 8)}`;
  const arrived = Promise.withResolvers<void>();
  broker.subscribe(topic, "group", () => {
    arrived.resolve();
    return Promise.resolve();
  }, { consumer: "only" });
  try {
    await broker.publish(topic, [{ key: "K", attributes: {}, data: "{}" }]);
    await deadline(arrived.promise, 20_000, "no message");
  } finally {
    await broker.close();
  }
}
