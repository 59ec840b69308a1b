/** Splits, as far as quotes tell of them. */
import type { Quote } from "../../market/market.ts";

export interface Split {
  readonly at: string;
  /** So many shares there are for each one before; below 1 for a reverse split. */
  readonly ratio: number;
  /** `10:1` */
  readonly text: string;
}

const whole = [2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50];
const ratios = [...whole, ...whole.map((one) => 1 / one)];

/** Shares are split while nothing is traded. */
const overnightMs = 6 * 3_600_000;
/** A price is seldom the very close, and moves on the day itself. */
const nearClose = 0.06, nearPrice = 0.3;

/** Of a price by the next one: what lies between these is the step of no split. */
export const unsplit = {
  least: 1 / Math.min(...whole) * (1 + nearPrice),
  most: Math.min(...whole) * (1 - nearPrice),
};

type Priced =
  & Pick<Quote, "price">
  & Partial<Pick<Quote, "previous_close">>
  & { readonly at: string };

/**
 * The splits among quotes, oldest first. A provider restates the previous close on the day of a split:
 * so the price before, divided by the previous close that is told now, is near a whole number (or one
 * part of it), and the price itself made the same step. A crash is none: its previous close is the price before.
 */
export function splitsOf(quotes: readonly Priced[]): Split[] {
  return quotes.slice(1).flatMap((quote, i) => {
    const before = quotes[i]!;
    const { previous_close } = quote;
    if (!previous_close || previous_close === before.previous_close) return [];
    if (Date.parse(quote.at) - Date.parse(before.at) < overnightMs) return [];
    const restated = before.price / previous_close;
    const moved = before.price / quote.price;
    const ratio = ratios.find((one) =>
      Math.abs(restated / one - 1) < nearClose &&
      Math.abs(moved / one - 1) < nearPrice
    );
    if (ratio === undefined) return [];
    const text = ratio > 1 ? `${ratio}:1` : `1:${Math.round(1 / ratio)}`;
    return [{ at: quote.at, ratio, text }];
  });
}

/** The quotes' prices in shares of today: those before a split are divided by its ratio. */
export function splitAdjusted(
  quotes: readonly Priced[],
  splits: readonly Split[],
): number[] {
  return quotes.map(({ at, price }) =>
    splits.filter((split) => split.at > at)
      .reduce((sum, { ratio }) => sum / ratio, price)
  );
}
