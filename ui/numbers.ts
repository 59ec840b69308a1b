/** Numbers as people read them, in their locale. A value that is not a number reads as a dash. */
import { keptFormats } from "./locale.ts";

const dash = "–";

/**
 * At least two decimals and four significant digits, and one more where currencies are told against each other:
 * `1,234.50`, `5.1234`, `0.000123`, `−37.63`.
 */
export function priceText(value: number | null | undefined): string {
  if (!isNumber(value)) return dash;
  return `${value < 0 ? "−" : ""}${sized(Math.abs(value), value)}`;
}

/**
 * With its sign, a real minus, and none for zero: `+1.20`, `−0.35`, `0.00`. With as many digits as a price
 * of the size of `beside` has, or more if it were 0 by them.
 */
export function signedText(
  value: number | null | undefined,
  beside: number | null = 1000,
): string {
  if (!isNumber(value)) return dash;
  const size = Math.abs(value);
  const digits = digitsOf(beside ?? size);
  const isTold = Number(size.toFixed(digits)) > 0;
  const text = isTold
    ? decimals(String(digits)).format(size)
    : sized(size, size);
  return signOf(value) + text;
}

/** A number with the digits of a price of the size of `like`. */
function sized(value: number, like: number): string {
  return decimals(String(digitsOf(like))).format(value);
}

/** Behind the point, of a price of that size. */
function digitsOf(like: number): number {
  const size = Math.abs(like);
  const whole = size > 0 ? Math.floor(Math.log10(size)) : 0;
  return Math.min(20, Math.max(2, whole === 0 ? 4 : 3 - whole));
}

const decimals = keptFormats((locale, digits) =>
  new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: Number(digits),
  })
);

const percents = keptFormats((locale) =>
  new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
);

export function percentText(value: number | null | undefined): string {
  if (!isNumber(value)) return dash;
  return signOf(value) + percents("").format(Math.abs(value) / 100);
}

function signOf(value: number): string {
  return value > 0 ? "+" : value < 0 ? "−" : "";
}

export function countText(value: number | null | undefined): string {
  return isNumber(value) ? plainly("").format(value) : dash;
}

const plainly = keptFormats((locale) => new Intl.NumberFormat(locale));

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
