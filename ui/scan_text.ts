import { plural } from "./numbers.ts";

/** The outcome of a scan in a sentence; `result` is what the API answers. */
export function scanText(result: unknown): string {
  const { published = 0, failed = {} } = result as {
    published?: number;
    failed?: Record<string, string>;
  };
  const done = `Scanned: ${plural(published, "event")} published.`;
  const reasons = Object.entries(failed).map(([symbol, why]) =>
    `${symbol} failed: ${why}.`
  );
  return [done, ...reasons.slice(0, 3)].join(" ");
}
