/** Between messages and stream entries: the fields of an entry are the attributes and `data`. */
import type { Delivery, Message } from "../broker.ts";

/** As Redis sends it. An entry that is pending but was deleted has no fields. */
export type Entry = [id: string, fields: string[] | null];

/** @throws {TypeError} if a reader could not tell the message's parts apart */
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

const milliseconds = (id: string): number =>
  Number(id.slice(0, id.indexOf("-")));

/** Orders ids as Redis does: by time, then by number. */
export function compareIds(a: string, b: string): number {
  return milliseconds(a) - milliseconds(b) ||
    Number(a.slice(a.indexOf("-") + 1)) - Number(b.slice(b.indexOf("-") + 1));
}
