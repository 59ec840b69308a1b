/** Numbers as people read them. A value that is not a number reads as a dash. */

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
  const text = sized(size, beside ?? size);
  const told = Number(text.replaceAll(",", "")) > 0 ? text : sized(size, size);
  return signOf(value) + told;
}

/** A number with the digits of a price of the size of `like`. */
function sized(value: number, like: number): string {
  const size = Math.abs(like);
  const whole = size > 0 ? Math.floor(Math.log10(size)) : 0;
  return formatOf(Math.min(20, Math.max(2, whole === 0 ? 4 : 3 - whole)))
    .format(value);
}

const formats = new Map<number, Intl.NumberFormat>();

/** Made once: that takes longer than a hundred numbers do. */
function formatOf(maximumFractionDigits: number): Intl.NumberFormat {
  const known = formats.get(maximumFractionDigits);
  if (known) return known;
  const options = { minimumFractionDigits: 2, maximumFractionDigits };
  const made = new Intl.NumberFormat("en-US", options);
  formats.set(maximumFractionDigits, made);
  return made;
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
