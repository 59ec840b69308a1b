/** Prices with what they are in. */
import { priceText } from "./numbers.ts";

/** Smaller units in which exchanges tell prices, and of which currency they are the hundredth. */
const hundredths: Readonly<Record<string, string>> = {
  GBp: "GBP",
  GBX: "GBP",
  ZAc: "ZAR",
  ILA: "ILS",
};

/** Made once: it takes a while. */
let names: Intl.DisplayNames | undefined;

/** `US Dollar`; `hundredths of British Pound`; null for what is no currency's code. */
export function currencyName(currency: string): string | null {
  const whole = hundredths[currency];
  if (whole) return `hundredths of ${currencyName(whole)}`;
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  names ??= new Intl.DisplayNames("en", {
    type: "currency",
    fallback: "none",
  });
  return names.of(currency) ?? null;
}

/** The price as it is written in this currency: a whole one in yen has no decimals. */
export function moneyText(price: number, currency: string | null): string {
  const whole = Number.isInteger(price) && currency !== null &&
    decimalsOf(currency) === 0;
  return whole ? priceText(price).replace(/[.,]00$/, "") : priceText(price);
}

function decimalsOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2;
  return new Intl.NumberFormat("en", { style: "currency", currency })
    .resolvedOptions().maximumFractionDigits ?? 2;
}
