/** The demo market's analysts: a year of months, drifting slowly, the present one still moving. */
import type { Recommendation } from "../market.ts";
import type { DemoStock } from "./listings.ts";
import { chance, SEED, textNumber, wave } from "./noise.ts";

const DAY = 24 * 60 * 60 * 1000;
const MONTHS = 12;

/** The last twelve months, oldest first; empty for funds, which nobody rates. */
export function demoRatings(
  stock: DemoStock,
  now: number,
): Recommendation[] {
  if (stock.sector === "fund") return [];
  const today = new Date(now);
  return Array.from({ length: MONTHS }, (_, i) => {
    const month = today.getUTCMonth() - (MONTHS - 1) + i;
    const year = today.getUTCFullYear();
    const end = Math.min(now, Date.UTC(year, month + 1, 1) - 1);
    return {
      symbol: stock.symbol,
      period: new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10),
      ...ratingsAt(stock, end - end % DAY),
    };
  });
}

function ratingsAt(stock: DemoStock, at: number) {
  const place = SEED ^ textNumber(`${stock.symbol} ratings`);
  // More analysts than pessimists follow a stock: moods lean to the good side.
  const mood = 0.35 + 0.25 * (chance(place, 1) - 0.5) +
    0.3 * wave(place, at, 150 * DAY) + 0.06 * wave(place, at, 21 * DAY);
  const analysts = 10 + 36 * chance(place, 2) + 3 * wave(place, at, 90 * DAY);
  const share = (center: number) =>
    Math.max(0, 1 - ((mood - center) / 0.75) ** 2);
  const shares = [1, 0.5, 0, -0.5, -1].map(share);
  const total = shares.reduce((sum, one) => sum + one, 0);
  const [strong_buy = 0, buy = 0, hold = 0, sell = 0, strong_sell = 0] = shares
    .map((one) => Math.round(analysts * one / total));
  return { strong_buy, buy, hold, sell, strong_sell };
}
