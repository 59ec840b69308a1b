/**
 * The demo market's prices. It never closes, so that there is something to see at any hour; a trading
 * day is a day in UTC, and a tick is 15 seconds. A price follows from symbol and tick alone.
 */
import type { Quote } from "../market.ts";
import type { DemoStock } from "./listings.ts";
import { SEED, textNumber, wave } from "./noise.ts";

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const TICK = 15 * SECOND;

/** How far back the past goes. */
const PAST = 2 * DAY;

/** The past grows coarser with age, so that a new chart has about 150 points and its end is fine. */
const STEPS = [
  { until: 15 * MINUTE, step: MINUTE },
  { until: 4 * HOUR, step: 5 * MINUTE },
  { until: PAST, step: 30 * MINUTE },
] as const;

/**
 * Periods and heights of the waves that make a price, as parts of it: the longer the higher, about as
 * a random walk's reach grows with time. Together they stay within half of the price.
 */
const WAVES = [
  [90 * DAY, 0.12],
  [20 * DAY, 0.05],
  [5 * DAY, 0.03],
  [DAY, 0.012],
  [5 * HOUR, 0.007],
  [67 * MINUTE, 0.0035],
  [13 * MINUTE, 0.0018],
  [3 * MINUTE, 0.0009],
  [TICK, 0.0004],
] as const;

/** How far the open may lie from the close before it, as a part of the price. */
const GAP = 0.006;

/** The quotes after `since` (as many as the past holds), oldest first; the newest one in any case. */
export function demoQuotes(
  stock: DemoStock,
  since: number,
  now: number,
): Quote[] {
  const newest = now - now % TICK;
  const wanted = new Set([...pastTicks(since, newest), newest]);
  const first = Math.min(...wanted);
  const quotes: Quote[] = [];
  for (let day = first - first % DAY; day <= newest; day += DAY) {
    quotes.push(...quotesOfDay(stock, day, newest, wanted));
  }
  return quotes;
}

/** The ticks after `since` at which the past is told. */
function pastTicks(since: number, newest: number): number[] {
  const ticks: number[] = [];
  let from = newest;
  for (const { until, step } of STEPS) {
    const oldest = Math.max(newest - until, since + 1);
    for (let at = from - from % step; at >= oldest; at -= step) ticks.push(at);
    from = newest - until - 1;
  }
  return ticks.sort((a, b) => a - b);
}

/** Walks through a day, tick by tick, because its high and low are those of every tick so far. */
function quotesOfDay(
  stock: DemoStock,
  day: number,
  newest: number,
  wanted: ReadonlySet<number>,
): Quote[] {
  const previousClose = priceAt(stock, day - TICK);
  const open = priceAt(stock, day);
  const quotes: Quote[] = [];
  let high = open, low = open;
  for (let at = day; at < day + DAY && at <= newest; at += TICK) {
    const price = priceAt(stock, at);
    high = Math.max(high, price);
    low = Math.min(low, price);
    if (!wanted.has(at)) continue;
    const change = price - previousClose;
    quotes.push({
      symbol: stock.symbol,
      at: new Date(at).toISOString(),
      price,
      change: round(change, 2),
      percent_change: round(100 * change / previousClose, 4),
      high,
      low,
      open,
      previous_close: previousClose,
    });
  }
  return quotes;
}

/** In whole cents, and never less than one. */
function priceAt(stock: DemoStock, at: number): number {
  const place = SEED ^ textNumber(stock.symbol);
  let drift = GAP * wave(place, at - at % DAY, DAY / 2);
  for (const [period, height] of WAVES) {
    drift += height * wave(place, at, period);
  }
  const swing = Math.max(-0.9, drift * stock.restless);
  return Math.max(0.01, round(stock.base * (1 + swing), 2));
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
