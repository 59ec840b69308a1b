/**
 * What an alert does with one observation, as pure functions: from its rule and its state of the symbol to the next
 * state, and whether it fires. Who calls them has dropped every observation that is not newer than the last.
 */
import type { Instant } from "../../engine/actor.ts";
import { holdsWord } from "./words.ts";

interface Common {
  /** `*` for every symbol; each has a state of its own. */
  readonly symbol: string;
  readonly repeat: "rearm" | "once";
  /** In percent of the line: how far a price has to go back before it may fire again. */
  readonly hysteresis: number;
  readonly cooldown_minutes: number;
  readonly expires_at: Instant | null;
  readonly note: string;
}

export type Rule =
  & Common
  & (
    | { when: "price"; crosses: Side; value: number }
    | { when: "move"; percent: number; minutes: number }
    | { when: "rating"; change: "upgrade" | "downgrade" | "any" }
    | { when: "news"; words: string }
  );

type Side = "above" | "below";

/** A price and what was known before it. */
export interface Price {
  readonly kind: "price";
  readonly at: Instant;
  readonly price: number;
  /** The newest one before; null for the first of a symbol. */
  readonly previous: number | null;
  /** The earlier ones, oldest first, as far back as the longest rule looks. */
  readonly earlier: readonly { readonly at: Instant; readonly price: number }[];
}

export interface Rating {
  readonly kind: "rating";
  readonly at: Instant;
  /** The consensus as a number, 5 the best, 1 the worst; the words are `ratingWords`. */
  readonly rank: number;
  readonly previous: number | null;
}

export interface Article {
  readonly kind: "news";
  readonly at: Instant;
  readonly headline: string;
  readonly summary: string;
}

export type Observation = Price | Rating | Article;

/** Of one alert and one symbol. */
export interface State {
  /** Where the price was last, the line itself left out; null before the first. */
  readonly side: Side | null;
  readonly armed: boolean;
  /** Market time of the last firing. */
  readonly fired_at: Instant | null;
}

export interface Firing {
  readonly value: number | string;
  /** For people. */
  readonly text: string;
}

export interface Step {
  readonly state: State;
  readonly firing?: Firing;
}

export const ratingWords = [
  "no ratings",
  "strong sell",
  "sell",
  "hold",
  "buy",
  "strong buy",
] as const;

/** What the rule is about. */
export function observes(rule: Rule, { kind }: Observation): boolean {
  return (rule.when === "move" ? "price" : rule.when) === kind;
}

/** As if the alert were made just after this was observed: what holds already has to end first. */
export function begin(rule: Rule, seen: Observation): State {
  if (seen.kind !== "price") return fresh;
  const { price } = seen;
  if (rule.when === "move") {
    return { ...fresh, armed: largestMove(rule.minutes, seen, rule) === null };
  }
  return rule.when === "price" ? beginPrice(rule, price) : fresh;
}

/** @param state undefined if the alert has not met this symbol yet */
export function step(
  rule: Rule,
  state: State | undefined,
  seen: Observation,
): Step {
  if (seen.kind === "price" && rule.when === "price") {
    return stepPrice(rule, state ?? beginPrice(rule, seen.previous), seen);
  }
  if (seen.kind === "price" && rule.when === "move") {
    return stepMove(rule, state ?? beginMove(rule, seen), seen);
  }
  const firing = changeOf(rule, seen);
  return fireUnless(rule, state ?? fresh, seen.at, firing);
}

const fresh: State = { side: null, armed: true, fired_at: null };

type PriceRule = Extract<Rule, { when: "price" }>;
type MoveRule = Extract<Rule, { when: "move" }>;

function beginPrice(rule: PriceRule, price: number | null): State {
  const side = price === null ? null : sideOf(price, rule.value);
  return {
    side,
    armed: side !== null && side !== rule.crosses,
    fired_at: null,
  };
}

/** Null on the line: a price that only touches it has crossed nothing. */
function sideOf(price: number, line: number): Side | null {
  if (price === line) return null;
  return price > line ? "above" : "below";
}

function stepPrice(rule: PriceRule, state: State, { at, price }: Price): Step {
  const side = sideOf(price, rule.value) ?? state.side;
  const next = { ...state, side };
  if (side !== rule.crosses) {
    return {
      state: { ...next, armed: state.armed || isBack(rule, state, price) },
    };
  }
  const crossed = state.armed && state.side !== null && state.side !== side;
  if (!crossed) return { state: next };
  const text = `${price} is ${side} ${rule.value}`;
  return fireUnless(rule, next, at, { value: price, text });
}

/** Before the first firing the other side will do; after one it has to be the hysteresis away. */
function isBack(rule: PriceRule, { fired_at }: State, price: number): boolean {
  const away = rule.crosses === "above"
    ? rule.value - price
    : price - rule.value;
  if (fired_at === null) return away > 0;
  const margin = Math.abs(rule.value) * rule.hysteresis / 100;
  return away > 0 && away >= margin - tiny(rule.value);
}

/** What the binary digits of decimal numbers may be off by. */
const tiny = (number: number) => Math.abs(number) * 1e-12;

/** The move may have been there when the alert was made: then it has to end first. */
function beginMove(rule: MoveRule, { earlier }: Price): State {
  const last = earlier.at(-1);
  if (!last) return fresh;
  const before = { ...last, earlier: earlier.slice(0, -1) };
  return { ...fresh, armed: largestMove(rule.minutes, before, rule) === null };
}

function stepMove(rule: MoveRule, state: State, seen: Price): Step {
  const move = largestMove(rule.minutes, seen, rule);
  if (move === null) return { state: { ...state, armed: true } };
  if (!state.armed) return { state };
  const sign = move > 0 ? "+" : "";
  const text = `${seen.price} is ${sign}${
    move.toFixed(2)
  } % within ${rule.minutes} min`;
  return fireUnless(rule, state, seen.at, { value: seen.price, text });
}

/** In percent, against whichever price of the window it is the most; null if that is less than the rule's. */
function largestMove(
  minutes: number,
  { at, price, earlier }: Pick<Price, "at" | "price" | "earlier">,
  { percent }: Pick<MoveRule, "percent">,
): number | null {
  const since = new Date(Date.parse(at) - minutes * 60_000).toISOString();
  let largest = 0;
  for (let n = earlier.length - 1; n >= 0; n--) {
    const before = earlier[n]!;
    if (before.at < since) break;
    if (before.at >= at) continue;
    const move = (price - before.price) / Math.abs(before.price) * 100;
    if (Math.abs(move) > Math.abs(largest)) largest = move;
  }
  return Math.abs(largest) >= percent - 1e-9 ? largest : null;
}

function changeOf(rule: Rule, seen: Observation): Firing | undefined {
  if (seen.kind === "rating" && rule.when === "rating") {
    const { rank, previous } = seen;
    if (previous === null || rank === previous) return undefined;
    const change = rank > previous ? "upgrade" : "downgrade";
    if (rule.change !== "any" && rule.change !== change) return undefined;
    const [value, was] = [ratingWords[rank]!, ratingWords[previous]!];
    return { value, text: `${change} from ${was} to ${value}` };
  }
  if (seen.kind !== "news" || rule.when !== "news") return undefined;
  const { headline, summary } = seen;
  const word = holdsWord(`${headline}\n${summary}`, rule.words);
  return word === null
    ? undefined
    : { value: headline, text: `"${word}": ${headline}` };
}

/** A firing that the alert keeps to itself leaves it armed: nobody was told. */
function fireUnless(
  rule: Rule,
  state: State,
  at: Instant,
  firing: Firing | undefined,
): Step {
  if (!firing) return { state };
  const { fired_at } = state;
  if (fired_at !== null) {
    if (rule.repeat === "once") return { state };
    const restsMs = rule.cooldown_minutes * 60_000;
    const awayMs = Math.abs(Date.parse(at) - Date.parse(fired_at));
    if (awayMs < restsMs) return { state };
  }
  // What changes its word or appears has no condition that could hold on.
  const armed = rule.when === "rating" || rule.when === "news";
  return { state: { ...state, armed, fired_at: at }, firing };
}
