/** A Worker with a consumer that never gets its first batch done: what a test ends in mid-batch. */
import { connectKafka } from "../../broker/kafka/broker.ts";

const scope = self as unknown as Worker;

scope.onmessage = async ({ data: { url, topic, group, consumer } }) => {
  const broker = await connectKafka(url);
  broker.subscribe(topic, group, (batch) => {
    scope.postMessage(batch.length);
    return new Promise(() => {});
  }, { consumer, batch: 10 });
};
