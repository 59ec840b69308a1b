/** What an island is given, as text that the browser reads back: JSON, and signals. */
import { Signal } from "@preact/signals";
import { isValidElement } from "preact";

export interface SentProps {
  /** JSON of the props, signals by their values. */
  readonly props: string;
  /** JSON of prop name to the number of its signal; the same signal has the same number page-wide. */
  readonly signals: string | undefined;
}

/** Throws a TypeError that names the island and the prop if the browser would not get what is given. */
export function sendProps(
  island: string,
  given: Readonly<Record<string, unknown>>,
  numbers: Map<Signal, number>,
): SentProps {
  const props: Record<string, unknown> = {};
  const signals: Record<string, number> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (value instanceof Signal) {
      if (!numbers.has(value)) numbers.set(value, numbers.size);
      signals[name] = numbers.get(value)!;
    }
    props[name] = value instanceof Signal ? value.peek() : value;
    refuseLossy(island, name, props[name], []);
  }
  const any = Object.keys(signals).length > 0;
  return {
    props: JSON.stringify(props),
    signals: any ? JSON.stringify(signals) : undefined,
  };
}

/** Refuses what JSON would drop or change without a word. */
function refuseLossy(
  island: string,
  path: string,
  value: unknown,
  within: readonly unknown[],
): void {
  if (value === null || ["string", "boolean"].includes(typeof value)) return;
  if (Number.isFinite(value)) return;
  const whole = isPlain(value) && !within.includes(value);
  if (!whole) {
    throw new TypeError(
      `island ${island}: prop "${path}" is ${named(value, within)}, which ` +
        `cannot be sent to the browser; pass JSON values, or a signal as a prop of its own`,
    );
  }
  const list = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !list) continue;
    const at = list ? `${path}[${key}]` : `${path}.${key}`;
    refuseLossy(island, at, item, [...within, value]);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const proto = Object.getPrototypeOf(value);
  if ("toJSON" in value) return false;
  // Whatever has no prototype passes for JSX with Preact, which looks for an absent constructor.
  return proto === null ||
    proto === Object.prototype && !isValidElement(value);
}

function named(value: unknown, within: readonly unknown[]): string {
  if (within.includes(value)) return "part of itself";
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return isValidElement(value)
    ? "a JSX element"
    : `a ${value.constructor.name}`;
}
