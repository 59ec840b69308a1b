/** The way that an event took until it was stored: what is told of where a value came from. */
import type { Delivery } from "../broker/broker.ts";
import { mostAheadMs } from "../market/market.ts";
import type { ActorEvent } from "./actor.ts";

export interface EventTrace {
  readonly symbol: string;
  readonly event_id: string;
  /** Market time, as the event has it. */
  readonly at: string;
  readonly position: string;
  readonly published_at: Date;
  /** When it was handed to the consumer that stored it. */
  readonly delivered_at: Date;
  readonly stored_at: Date;
  /** Deliveries and tries until it was stored. */
  readonly attempts: number;
  /** Of the scan that published it; null for what another program wrote. */
  readonly trace_id: string | null;
}

export interface Stored {
  readonly delivery: Delivery;
  readonly event: Pick<
    ActorEvent<unknown>,
    "id" | "symbol" | "at" | "traceparent"
  >;
  /** In ms since 1970. */
  readonly deliveredAt: number;
  /** How often it was delivered or tried before. */
  readonly triedBefore: number;
}

/**
 * Of each symbol the trace of its newest event. What is yet to come is no latest value, and has none.
 * @param tries of this delivery
 */
export function newestTraces(
  items: readonly Stored[],
  tries: number,
): EventTrace[] {
  const now = new Date();
  const horizon = new Date(now.getTime() + mostAheadMs).toISOString();
  const newest = new Map<string, Stored>();
  for (const item of items) {
    const { symbol, at } = item.event;
    if (at > horizon || at.startsWith("+")) continue;
    const known = newest.get(symbol);
    if (!known || at >= known.event.at) newest.set(symbol, item);
  }
  return Array.from(
    newest.values(),
    ({ delivery, event, deliveredAt, triedBefore }) => ({
      symbol: event.symbol,
      event_id: event.id,
      at: event.at,
      position: delivery.position,
      published_at: new Date(delivery.storedAt),
      delivered_at: new Date(deliveredAt),
      stored_at: now,
      attempts: triedBefore + tries,
      trace_id: traceIdOf(event.traceparent),
    }),
  );
}

/** The trace id in a W3C `traceparent`; null where there is none. */
export function traceIdOf(traceparent: string | undefined): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? "")?.[1] ?? null;
}
