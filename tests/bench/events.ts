/** Quotes as events, many of them. */
import quotes from "../../actors/quotes/mod.ts";
import type { Broker, Message } from "../../broker/broker.ts";
import type { Actor, ActorEvent } from "../../engine/actor.ts";
import { encode } from "../../engine/envelope.ts";

export const topic = "quotes";
const symbols = 50;
const start = Date.parse("2026-01-02T14:30:00Z");

/** The n-th quote: 50 symbols in turn, a second of market time for each round. */
export function quote(n: number): ActorEvent<Record<string, unknown>> {
  const symbol = `SYM${n % symbols}`;
  const at = new Date(start + Math.floor(n / symbols) * 1_000).toISOString();
  const price = 100 + (n % 977) / 100;
  return {
    id: `${symbol}:${at}`,
    symbol,
    at,
    data: {
      price,
      change: price - 100,
      percent_change: price - 100,
      high: price + 1,
      low: price - 1,
      open: 100,
      previous_close: 100,
    },
  };
}

export function messages(from: number, count: number): Message[] {
  const actor = quotes as unknown as Actor;
  return Array.from(
    { length: count },
    (_, i) => encode(actor, quote(from + i)),
  );
}

/** Publishes `count` quotes in batches of 500; returns how many a second. Making them is not timed. */
export async function publishMany(
  broker: Broker,
  count: number,
  from = 0,
): Promise<number> {
  let ms = 0;
  for (let n = 0; n < count; n += 500) {
    const batch = messages(from + n, Math.min(500, count - n));
    const began = performance.now();
    await broker.publish(topic, batch);
    ms += performance.now() - began;
  }
  return count / ms * 1_000;
}
