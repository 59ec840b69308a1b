/** What the consumer does with messages: an actor's way with its own events, an observer's with those of others. */
import type { Delivery } from "../broker/broker.ts";
import type {
  Actor,
  ActorEvent,
  ConsumedEvent,
  HandleContext,
  Observer,
  Value,
} from "./actor.ts";
import { consumedAttribute, decode, decodeConsumed } from "./envelope.ts";

/** An event, as far as the consumer has to know it. */
export type Handled = Pick<
  ActorEvent<unknown>,
  "id" | "symbol" | "at" | "traceparent"
>;

export interface Handling {
  readonly name: string;
  /** The event of a message; null for one to leave alone. @throws {DecodeError} */
  decode(delivery: Delivery): Handled | null;
  /** Resolves to the latest values that follow from the events, which `decode` made. */
  handle(
    events: readonly Handled[],
    ctx: HandleContext,
  ): Promise<readonly Value[]>;
}

/** An observer heeds the order of events, and has one call at a time. */
export function handlesAtOnce(actor: Actor | Observer): number {
  return "consumes" in actor ? 1 : actor.handlesAtOnce ?? 1;
}

export function handlingOf(actor: Actor | Observer): Handling {
  return "consumes" in actor ? observing(actor) : handling(actor);
}

function handling(actor: Actor): Handling {
  return {
    name: actor.name,
    decode: (delivery) => decode(actor, delivery),
    async handle(given, ctx) {
      const events = given as ActorEvent<Record<string, unknown>>[];
      await actor.handle(events, ctx);
      return newestOf(events).map(({ symbol, at, data }) => (
        { symbol, at, ...data }
      ));
    },
  };
}

/** Of each symbol the events of its newest instant, of which there may be several tellings. */
function newestOf<Event extends Handled>(events: readonly Event[]): Event[] {
  const newest = new Map<string, string>();
  for (const { symbol, at } of events) {
    const known = newest.get(symbol);
    if (known === undefined || at > known) newest.set(symbol, at);
  }
  return events.filter(({ symbol, at }) => newest.get(symbol) === at);
}

function observing(observer: Observer): Handling {
  return {
    name: observer.name,
    decode(delivery) {
      try {
        return decodeConsumed(delivery);
      } catch {
        // The dead letter is made by the actor whose event it was to be.
        return null;
      }
    },
    handle: (events, ctx) => observer.observe(events as ConsumedEvent[], ctx),
  };
}

/** As deliveries of one topic among several: positions are unique in their own topic alone. */
export function consumedFrom(
  topic: string,
  batch: readonly Delivery[],
): Delivery[] {
  return batch.map((delivery) => ({
    ...delivery,
    position: `${topic}:${delivery.position}`,
    attributes: { ...delivery.attributes, [consumedAttribute]: topic },
  }));
}
