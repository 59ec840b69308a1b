/** Quotes as events of one hour, for tests of their actor. */
import type { HandleContext } from "../../engine/actor.ts";

export const log = { debug() {}, info() {}, warn() {}, error() {} };
export const signal = new AbortController().signal;
export const data = {
  price: 92.1234,
  change: -0.1,
  percent_change: 0.1 + 0.2,
  high: 93,
  low: 1e-7,
  open: 92.5,
  previous_close: 123456789.12345678,
};
/** Of a quote of which the provider told the price alone. */
export const noFigures = {
  change: null,
  percent_change: null,
  high: null,
  low: null,
  open: null,
  previous_close: null,
};
export type Data = typeof data & { told_at?: string };

export function event(
  minute: number,
  changes: Partial<Data> = {},
  symbol = "A",
) {
  const at = `2026-01-31T14:${String(minute).padStart(2, "0")}:00.000Z`;
  return { id: `${symbol}:${at}`, symbol, at, data: { ...data, ...changes } };
}

export const context = (sql: HandleContext["sql"]) => ({ sql, signal, log });
