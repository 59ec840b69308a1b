/** What the events of other actors say, as far as alerts need it; anything else is null. */
import type { ConsumedEvent, Instant } from "../../engine/actor.ts";

/** Of prices and ratings: which is newer, part by part. */
export type Order = readonly string[];

export type Seen =
  | { readonly kind: "price"; readonly order: Order; readonly price: number }
  | { readonly kind: "rating"; readonly order: Order; readonly rank: number }
  | {
    readonly kind: "news";
    readonly headline: string;
    readonly summary: string;
  };

export function seenIn(event: ConsumedEvent): Seen | null {
  const { actor, id, symbol, at, data } = event;
  if (![id, symbol].every(isStorable) || !/^(?!0000)\d{4}-/.test(at)) {
    return null;
  }
  switch (actor) {
    case "quotes":
      return priceIn(at, data);
    case "recommendations":
      return ratingIn(at, data);
    case "news":
      return newsIn(data);
    default:
      return null;
  }
}

/** PostgreSQL refuses NUL; half a surrogate pair would come back as another character. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** True if the first is newer than the second, part by part. */
export function isNewer(order: Order, known: Order | null): boolean {
  if (!known) return true;
  const n = order.findIndex((part, n) => part !== known[n]);
  return n >= 0 && order[n]! > known[n]!;
}

type Data = ConsumedEvent["data"];

/** A correction of the newest price is newer than that. */
function priceIn(at: Instant, data: Data): Seen | null {
  const { price } = data;
  if (typeof price !== "number" || !Number.isFinite(price)) return null;
  return price === 0
    ? null
    : { kind: "price", order: [at, toldAt(data)], price };
}

const weights = {
  strong_buy: 5,
  buy: 4,
  hold: 3,
  sell: 2,
  strong_sell: 1,
} as const;

/** The mean of all ratings, rounded, as the ratings' own page has it; the newest month counts. */
function ratingIn(at: Instant, data: Data): Seen | null {
  const { period } = data;
  if (
    typeof period !== "string" || !/^(?!0000)\d{4}-\d\d-\d\d$/.test(period) ||
    Number.isNaN(Date.parse(period))
  ) {
    return null;
  }
  let [sum, total] = [0, 0];
  for (const [field, weight] of Object.entries(weights)) {
    const count = data[field];
    if (typeof count !== "number" || !(count >= 0)) return null;
    sum += count * weight;
    total += count;
  }
  if (total === 0) return null;
  const rank = Math.round(sum / total);
  return { kind: "rating", order: [period, at, toldAt(data)], rank };
}

function newsIn({ headline, summary }: Data): Seen | null {
  if (typeof headline !== "string" || !isStorable(headline)) return null;
  const more = typeof summary === "string" ? summary : "";
  return { kind: "news", headline, summary: more };
}

/** What nobody corrected was told before all corrections. */
export const never = "0001-01-01T00:00:00.000Z";

function toldAt({ told_at }: Data): Instant {
  const ms = typeof told_at === "string" ? Date.parse(told_at) : NaN;
  if (!(ms > Date.parse(never) && ms < 253_402_300_800_000)) return never;
  return new Date(ms).toISOString();
}
