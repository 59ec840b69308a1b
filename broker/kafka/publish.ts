/** Publishing: in order, acknowledged by every replica in sync. */
import type { Message } from "../broker.ts";
import type { TextProducer } from "./client.ts";
import { toHeaders } from "./records.ts";

/** Kafka refuses a batch beyond a topic's limit, 1 MB unless set: a larger message goes alone. */
const requestBytes = 768 * 1024;

export class Publisher {
  /** The last send to each topic. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(
    private readonly producer: TextProducer,
  ) {}

  /**
   * Resolves when Kafka has all of them. Calls for one topic are sent one after the other: two in flight
   * could be stored in the wrong order when the first has to be repeated.
   */
  publish(topic: string, messages: readonly Message[]): Promise<void> {
    const before = this.#last.get(topic) ?? Promise.resolve();
    const sending = before.then(() => this.#send(topic, messages));
    this.#last.set(topic, sending.catch(() => {}));
    return sending;
  }

  close(): Promise<void> {
    return this.producer.close();
  }

  async #send(topic: string, messages: readonly Message[]): Promise<void> {
    for (const part of parts(messages)) {
      await this.producer.send({
        messages: part.map(({ key, attributes, data }) => ({
          topic,
          key,
          value: data,
          headers: toHeaders(attributes),
        })),
      });
    }
  }
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
