/** Publishing: in order, acknowledged by every replica in sync. */
import type { Producer } from "@platformatic/kafka";
import type { Message } from "../broker.ts";
import { toHeaders } from "./records.ts";

/** Kafka refuses a batch beyond a topic's limit, 1 MB unless set: a larger message goes alone. */
const requestBytes = 768 * 1024;

export interface Publisher {
  /** Resolves when Kafka has all of them; calls for one topic are sent one after the other. */
  publish(topic: string, messages: readonly Message[]): Promise<void>;
  close(): Promise<void>;
}

export function openPublisher(
  producer: Producer<string, string, string, string>,
): Publisher {
  const last = new Map<string, Promise<void>>();
  const send = async (topic: string, messages: readonly Message[]) => {
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
  };
  return {
    // Two sends in flight could be stored in the wrong order when the first has to be repeated.
    publish(topic, messages) {
      const before = last.get(topic) ?? Promise.resolve();
      const sending = before.then(() => send(topic, messages));
      last.set(topic, sending.catch(() => {}));
      return sending;
    },
    close: () => producer.close(),
  };
}

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
