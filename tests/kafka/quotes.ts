/** Quotes as a scan would publish them, so many that nobody has to wait for a market. */
import type { Message } from "../../broker/broker.ts";

const start = Date.parse("2026-01-05T14:30:00.000Z");

/** The nth quote is of the minute n/symbols of its symbol: `S0`, `S1`, … in turn. */
export function quotes(count: number, symbols = 10, from = 0): Message[] {
  return Array.from(
    { length: count },
    (_, i) =>
      quote(`S${(from + i) % symbols}`, Math.floor((from + i) / symbols)),
  );
}

function quote(key: string, minute: number): Message {
  const time = new Date(start + 60_000 * minute).toISOString();
  const id = `${key}:${time}`;
  const price = 100 + minute / 100;
  return {
    key,
    attributes: { id, type: "signalbox.quotes", subject: key, time, v: "1" },
    data: JSON.stringify({
      ...{ price, open: price, high: price, low: price },
      ...{ previous_close: price, change: 0, percent_change: 0 },
    }),
  };
}
