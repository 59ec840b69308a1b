/** A batch of events against all alerts: what is known before, and what is known and fires after it. */
import type { ConsumedEvent, Instant } from "../../engine/actor.ts";
import { isNewer, type Order, type Seen, seenIn } from "./observations.ts";
import {
  begin,
  type Firing,
  type Observation,
  observes,
  type Rule,
  type State,
  type Step,
  step,
} from "./rules.ts";

export interface Alert {
  readonly id: number;
  readonly rule: Rule;
  /** What was published before it fires nothing. */
  readonly since: Instant;
}

/** The newest of a symbol. */
export interface Newest {
  price: { order: Order; price: number } | null;
  rating: { order: Order; rank: number } | null;
}

/** What is known; `evaluate` brings it up to the batch. */
export interface Known {
  /** By symbol. */
  readonly newest: Map<string, Newest>;
  /** By symbol, oldest first: those that a move may look at. */
  readonly prices: Map<string, { at: Instant; price: number }[]>;
  /** By alert and symbol: see `stateKey`. */
  readonly states: Map<string, State>;
  /** When each article was published first, by event id. */
  readonly articles: Map<string, Instant>;
}

export interface NewFiring extends Firing {
  readonly alert: Alert;
  readonly symbol: string;
  readonly at: Instant;
  readonly event_id: string;
}

export interface Outcome {
  readonly firings: readonly NewFiring[];
  /** Keys of the states that changed. */
  readonly changed: ReadonlySet<string>;
  readonly prices: readonly { symbol: string; at: Instant; price: number }[];
}

export function stateKey(alert: number, symbol: string): string {
  return `${alert} ${symbol}`;
}

export function evaluate(
  alerts: readonly Alert[],
  known: Known,
  events: readonly ConsumedEvent[],
): Outcome {
  const firings: NewFiring[] = [];
  const changed = new Set<string>();
  const prices: { symbol: string; at: Instant; price: number }[] = [];
  const bySymbol = Map.groupBy(alerts, ({ rule }) => rule.symbol);
  const every = bySymbol.get("*") ?? [];
  for (const event of events) {
    const { symbol } = event;
    const seen = seenIn(event);
    const observed = seen && observe(known, event, seen);
    if (!observed) continue;
    for (const alert of [...every, ...bySymbol.get(symbol) ?? []]) {
      if (!observes(alert.rule, observed)) continue;
      const key = stateKey(alert.id, symbol);
      const before = known.states.get(key);
      const { state, firing } = stepFor(alert, before, observed, known, event);
      if (state && state !== before) {
        known.states.set(key, state);
        changed.add(key);
      }
      if (firing) {
        const { at, id } = event;
        firings.push({ ...firing, alert, symbol, at, event_id: id });
      }
    }
    if (observed.kind === "price") {
      const { at, price } = observed;
      known.prices.get(symbol)!.push({ at, price });
      prices.push({ symbol, at, price });
    }
  }
  return { firings, changed, prices };
}

/** What the rules see of an event, which is known from now on; null if it is not newer than what is known. */
function observe(
  { newest, prices, articles }: Known,
  { id, symbol, at, published_at }: ConsumedEvent,
  seen: Seen,
): Observation | null {
  if (seen.kind === "news") {
    if (!articles.has(id)) articles.set(id, published_at);
    return { ...seen, at };
  }
  const own = newest.get(symbol) ?? { price: null, rating: null };
  newest.set(symbol, own);
  if (seen.kind === "rating") {
    if (!isNewer(seen.order, own.rating?.order ?? null)) return null;
    const previous = own.rating?.rank ?? null;
    own.rating = seen;
    return { kind: "rating", at, rank: seen.rank, previous };
  }
  if (!isNewer(seen.order, own.price?.order ?? null)) return null;
  const { price } = seen;
  const before = own.price;
  own.price = seen;
  const earlier = prices.get(symbol) ?? [];
  if (!earlier.length && before) {
    earlier.push({ at: before.order[0]!, price: before.price });
  }
  // A correction takes the place of what it corrects.
  if (earlier.at(-1)?.at === at) earlier.pop();
  prices.set(symbol, earlier);
  return { kind: "price", at, price, previous: before?.price ?? null, earlier };
}

function stepFor(
  { rule, since }: Alert,
  state: State | undefined,
  observed: Observation,
  { articles }: Known,
  { id, published_at }: ConsumedEvent,
): Partial<Step> {
  const isNews = observed.kind === "news";
  const published = isNews ? articles.get(id)! : published_at;
  if (published < since) return isNews ? {} : { state: begin(rule, observed) };
  const { expires_at } = rule;
  if (expires_at !== null && published_at >= expires_at) return {};
  return step(rule, state, observed);
}
