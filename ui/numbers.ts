/** Numbers as people read them. A value that is not a number reads as a dash. */

const dash = "–";

/** Two decimals, four below 1, so that small prices keep their digits. */
export function priceText(value: number | null | undefined): string {
  if (!isNumber(value)) return dash;
  const digits = Math.abs(value) < 1 && value !== 0 ? 4 : 2;
  return formatOf(digits).format(value);
}

/** Kept: to make one takes longer than to use it a hundred times. */
const formats = new Map<number, Intl.NumberFormat>();

function formatOf(digits: number): Intl.NumberFormat {
  const known = formats.get(digits);
  if (known) return known;
  const made = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(digits, made);
  return made;
}

/** With its sign, a real minus, and none for zero: `+1.20`, `−0.35`, `0.00`. */
export function signedText(value: number | null | undefined): string {
  if (!isNumber(value)) return dash;
  const size = Math.abs(value);
  return signOf(value) + (size >= 0.01 ? size.toFixed(2) : priceText(size));
}

export function percentText(value: number | null | undefined): string {
  if (!isNumber(value)) return dash;
  return `${signOf(value)}${Math.abs(value).toFixed(2)}%`;
}

function signOf(value: number): string {
  return value > 0 ? "+" : value < 0 ? "−" : "";
}

export function countText(value: number | null | undefined): string {
  return isNumber(value) ? value.toLocaleString("en-US") : dash;
}

/** `1 event`, `2 events` */
export function plural(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? "" : "s"}`;
}

export type Trend = "up" | "down" | "flat";

export function trendOf(value: number | null | undefined): Trend {
  return !isNumber(value) || value === 0 ? "flat" : value > 0 ? "up" : "down";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
