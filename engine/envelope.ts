/** Between an actor's events and the broker's messages: a CloudEvents 1.0 envelope. */
import type { Delivery, Message } from "../broker/broker.ts";
import type { Actor, ActorEvent, ConsumedEvent, Instant } from "./actor.ts";

type Event = ActorEvent<Record<string, unknown>>;

/** A message that is no event of this actor: a dead letter at once. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  /** `decode`: not an envelope. `version`: of a version without an upgrade. `schema`: refused by the schema. */
  constructor(
    readonly reason: "decode" | "version" | "schema",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of an event, checked by the actor's own schema: what is published can be decoded. */
export function encode(
  actor: Actor,
  { id, symbol, at, data, traceparent }: Event,
): Message {
  const checked = check(actor, data);
  return {
    key: symbol,
    attributes: {
      id,
      type: `signalbox.${actor.name}`,
      subject: symbol,
      time: instant(at),
      v: String(actor.version),
      ...(traceparent ? { traceparent } : {}),
    },
    data: JSON.stringify(checked),
  };
}

/** @throws {DecodeError} */
export function decode(
  actor: Actor,
  message: Message,
): Event {
  const { id, type, subject, time, v, traceparent } = message.attributes;
  if (type !== `signalbox.${actor.name}`) {
    throw new DecodeError(
      "decode",
      `type is ${shown(type)}, not "signalbox.${actor.name}"`,
    );
  }
  if (!id || !subject) {
    throw new DecodeError("decode", `${id ? "subject" : "id"} is missing`);
  }
  const event = {
    id,
    symbol: subject,
    at: instant(time ?? ""),
    data: check(actor, upgrade(actor, parse(message.data), v)),
  };
  return traceparent === undefined ? event : { ...event, traceparent };
}

/** Which stream a consumed message came from: it stays with it, also when it is redriven. */
export const consumedAttribute = "consumed";

/** An event of another actor, without that actor's schema. @throws {DecodeError} */
export function decodeConsumed(message: Delivery): ConsumedEvent {
  const { id, subject, time } = message.attributes;
  const actor = message.attributes[consumedAttribute];
  const data = parse(message.data);
  if (!id || !subject || !actor) {
    throw new DecodeError("decode", "id, subject or stream is missing");
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new DecodeError("decode", "data is not a JSON object");
  }
  return {
    actor,
    id,
    symbol: subject,
    at: instant(time ?? ""),
    published_at: new Date(message.storedAt).toISOString(),
    data: data as Record<string, unknown>,
  };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new DecodeError("decode", `data is not JSON: ${shown(data)}`, {
      cause,
    });
  }
}

function upgrade(actor: Actor, data: unknown, v: string | undefined): unknown {
  let version = Number(v);
  if (!Number.isInteger(version) || version < 1) {
    throw new DecodeError("decode", `v is ${shown(v)}, not a schema version`);
  }
  if (version > actor.version) {
    throw new DecodeError(
      "version",
      `version ${version} is newer than this ${actor.name}: ${actor.version}`,
    );
  }
  for (; version < actor.version; version++) {
    const step = actor.upgrades?.[version];
    if (!step) {
      throw new DecodeError(
        "version",
        `${actor.name} has no upgrade from version ${version}`,
      );
    }
    data = step(data);
  }
  return data;
}

function check(actor: Actor, data: unknown): Record<string, unknown> {
  const result = actor.schema.safeParse(data);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) =>
    `${path.join(".") || "data"}: ${message}`
  );
  throw new DecodeError("schema", issues.join("; "));
}

const canonical =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The instant in its one form, which sorts as text. */
function instant(time: string): Instant {
  if (canonical.test(time)) return time;
  const ms = Date.parse(time);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  const text = `time is ${shown(time)}, not an RFC 3339 instant`;
  throw new DecodeError("decode", text);
}

function shown(value: string | undefined): string {
  if (value === undefined) return "missing";
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

/** A new W3C trace context: one for each scan, carried by all its events. */
export function newTraceparent(): string {
  const random = crypto.getRandomValues(new Uint8Array(24)).toHex();
  return `00-${random.slice(0, 32)}-${random.slice(32)}-01`;
}
