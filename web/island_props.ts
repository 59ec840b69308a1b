/** What an island is given, as text that the browser reads back: JSON. */
import { isValidElement } from "preact";

/** Throws a TypeError that names the island and the prop if the browser would not get what is given. */
export function sendProps(island: string, props: object): string {
  for (const [name, value] of Object.entries(props)) {
    if (value !== undefined) refuseLossy(island, name, value, []);
  }
  return JSON.stringify(props);
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
        "cannot be sent to the browser; pass JSON values",
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
  return (proto === null || proto === Object.prototype) &&
    !isElement(value) && !("toJSON" in value);
}

/** Preact tells by an absent constructor; objects without a prototype, and signals, have none either. */
function isElement(value: object): boolean {
  return Object.hasOwn(value, "constructor") && isValidElement(value);
}

function named(value: unknown, within: readonly unknown[]): string {
  if (within.includes(value)) return "part of itself";
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  if (isElement(value)) return "a JSX element";
  return `a ${value.constructor?.name ?? "signal"}`;
}
