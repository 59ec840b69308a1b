/** A stream: how messages become its entries and are appended. */
import type { Redis } from "ioredis";
import { namesOf, withoutArguments } from "../../db/redis.ts";
import type { Delivery, Message } from "../broker.ts";

/** As Redis sends it. An entry that is pending but was deleted has no fields. */
export type Entry = [id: string, fields: string[] | null];

/** Waits for an answer, but not for ever, and tells in the boundary's word that the server is away. */
export type Ask = <T>(answer: Promise<T>) => Promise<T>;

/** Of a row of XINFO, in which names and values take turns; null if it has none of this name. */
export function valueIn(row: readonly unknown[], name: string): unknown {
  const at = row.indexOf(name);
  return at < 0 ? null : row[at + 1];
}

/**
 * The fields of an entry are the attributes and `data`.
 * @throws {TypeError} if a reader could not tell the message's parts apart
 */
export function toFields({ key, attributes, data }: Message): string[] {
  const fields: string[] = [];
  for (const name in attributes) {
    if (name === "data") {
      throw new TypeError(`message "${key}": an attribute cannot be "data"`);
    }
    fields.push(name, attributes[name]!);
  }
  if (attributes.subject === undefined) {
    if (key !== "") fields.push("subject", key);
  } else if (attributes.subject !== key) {
    throw new TypeError(
      `message "${key}" says that its subject is "${attributes.subject}": make them the same`,
    );
  }
  fields.push("data", data);
  return fields;
}

/** Whatever stands in the stream becomes a message: what it lacks is empty, and the consumer judges it. */
export function toMessage(
  id: string,
  fields: readonly string[],
  redelivered: boolean,
): Delivery {
  const attributes: Record<string, string> = {};
  let data = "";
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i]!;
    if (name === "data") data = fields[i + 1]!;
    // Assigning to "__proto__" would set no attribute.
    else if (name === "__proto__") continue;
    else attributes[name] = fields[i + 1]!;
  }
  return {
    key: attributes.subject ?? "",
    attributes,
    data,
    position: id,
    storedAt: milliseconds(id),
    redelivered,
  };
}

const milliseconds = (id: string): number => Number.parseInt(id);

/** Orders ids as Redis does: by time, then by number. */
export function compareIds(a: string, b: string): number {
  return milliseconds(a) - milliseconds(b) ||
    Number(a.slice(a.indexOf("-") + 1)) - Number(b.slice(b.indexOf("-") + 1));
}

/** One write to the socket holds at most this much: a string cannot grow without end. */
const mostMessages = 2000;
const mostCharacters = 4 * 1024 * 1024;

/** Resolves when Redis has answered for every message; waits while the connection is made again. */
export async function publishTo(
  redis: Redis,
  topic: string,
  messages: readonly Message[],
): Promise<void> {
  // All are checked before the first is sent.
  const all = messages.map(toFields);
  for (let start = 0; start < all.length;) {
    const end = chunkEnd(messages, start);
    await append(redis, topic, all.slice(start, end));
    start = end;
  }
}

function chunkEnd(messages: readonly Message[], start: number): number {
  let size = 0;
  let end = start;
  while (end < messages.length && end - start < mostMessages) {
    size += messages[end]!.data.length;
    if (end > start && size > mostCharacters) break;
    end++;
  }
  return end;
}

async function append(
  redis: Redis,
  topic: string,
  entries: readonly string[][],
): Promise<void> {
  const pipeline = redis.pipeline();
  const key = namesOf(redis).stream(topic);
  for (const fields of entries) pipeline.xadd(key, "*", ...fields);
  const replies = await pipeline.exec();
  const failure = replies?.find(([error]) => error)?.[0];
  if (!failure && replies) return;
  throw new Error(
    `Redis did not take all of ${entries.length} messages for "${topic}": publish them again`,
    { cause: withoutArguments(failure) },
  );
}
