/** The market-data boundary: five calls, the errors that a caller can act on, what symbols and texts may hold. */

/** What was told. */
interface Told {
  /** Who told it, where several providers are asked. */
  readonly provider?: string;
}

/** Prices in the listing's currency; `at` is market time, RFC 3339 UTC. */
export interface Quote extends Told {
  readonly symbol: string;
  readonly at: string;
  readonly price: number;
  /** Against the previous close; null where the provider does not say. */
  readonly change: number | null;
  readonly percent_change: number | null;
  /** Of the day; null, as the two below, where the provider does not say. */
  readonly high: number | null;
  readonly low: number | null;
  readonly open: number | null;
  readonly previous_close: number | null;
}

/** How many analysts rate a stock how, in the month that starts on `period` (YYYY-MM-DD). */
export interface Recommendation extends Told {
  readonly symbol: string;
  readonly period: string;
  readonly strong_buy: number;
  readonly buy: number;
  readonly hold: number;
  readonly sell: number;
  readonly strong_sell: number;
}

export interface Article extends Told {
  /** The provider's own id: the same article for several symbols has the same one. */
  readonly id: number;
  /** When it was published, RFC 3339 UTC. */
  readonly at: string;
  readonly headline: string;
  readonly source: string;
  readonly summary: string;
  /** An http or https address, or null where the provider gave none, or another kind. */
  readonly url: string | null;
  readonly image: string | null;
}

export interface Listing {
  readonly symbol: string;
  readonly description: string;
  readonly type: string;
}

/** What a provider tells of a listing besides prices; null where it does not. */
export interface Profile {
  /** The company's, or what else it is called. */
  readonly name: string | null;
  /** Of its prices: ISO 4217, or as exchanges write the smaller unit: `GBp` is a hundredth of `GBP`. */
  readonly currency: string | null;
  readonly exchange: string | null;
  /** Of the exchange, as the IANA names it. */
  readonly zone: string | null;
  /** Whether it is traded just now, in the regular session. */
  readonly open: boolean | null;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface Market {
  /** `finnhub`, `yahoo` or `demo`; several with commas between. */
  readonly name: string;
  /**
   * The newest quote, after as much of what came since `since` as the provider can tell, oldest first.
   * @throws {UnknownSymbolError}
   */
  quotes(
    symbol: string,
    options?: CallOptions & { since?: string },
  ): Promise<Quote[]>;
  /** The monthly trends that the provider keeps, oldest first; empty for a symbol without analysts. */
  recommendations(
    symbol: string,
    options?: CallOptions,
  ): Promise<Recommendation[]>;
  /** Articles of the days `from` to `to` (YYYY-MM-DD, both included), oldest first. */
  news(
    symbol: string,
    options: CallOptions & { from: string; to: string },
  ): Promise<Article[]>;
  search(query: string, options?: CallOptions): Promise<Listing[]>;
  /** @throws {UnknownSymbolError} */
  profile(symbol: string, options?: CallOptions): Promise<Profile>;
}

/** Here, so that whoever needs their names loads none of them. */
export const providerNames = ["finnhub", "yahoo", "demo"] as const;

export type ProviderName = typeof providerNames[number];

/** How a call to a provider ended; `limited` is 429. */
export const callOutcomes = ["ok", "refused", "limited", "failed"] as const;

export type CallOutcome = typeof callOutcomes[number];

/** One try to get an answer of a provider. */
export interface MarketCall {
  readonly provider: string;
  /** What was asked for, without its query: `/quote`. */
  readonly path: string;
  readonly outcome: CallOutcome;
  /** Of HTTP; null if nothing was answered. */
  readonly status: number | null;
  /** Why it was in vain; null if it was not. */
  readonly error: string | null;
  /** Without waiting for the quota. */
  readonly seconds: number;
  /** Counts the tries for the same answer, from 1. */
  readonly attempt: number;
  /** So many symbols it asks about; 1 unless told. */
  readonly symbols?: number;
}

/** Shared by all hosts and isolates that use one API key. */
export interface RateLimit {
  /** Waits until one more call may be made. @throws {MarketBusyError} where it may not wait for so long */
  take(signal?: AbortSignal): Promise<void>;
  /** The provider wants no call for so many milliseconds, from anybody. */
  pause?(ms: number): Promise<void>;
  /** Told of every call how it ended. */
  called?(call: MarketCall): void;
  /** Somebody else waits for a call that answers both; resolves as that does. */
  ride?(turn: Promise<void>): Promise<void>;
  /** Told of each try of a call that somebody else made, and that answers both. */
  rode?(call: MarketCall): void;
  /** The limit of this provider, where several are asked; otherwise this one is it. */
  for?(provider: string): RateLimit;
}

/** The provider does not know this symbol: no retry helps. */
export class UnknownSymbolError extends Error {
  override readonly name = "UnknownSymbolError";
  constructor(readonly symbol: string, provider: string) {
    super(`${provider} does not know the symbol "${symbol}"`);
  }
}

/** The provider refuses the key (401): someone has to change a setting. */
export class MarketRefusedError extends Error {
  override readonly name: string = "MarketRefusedError";
}

/** The provider refuses this one (403): what the plan allows is not the same for every symbol and call. */
export class SymbolRefusedError extends MarketRefusedError {
  override readonly name = "SymbolRefusedError";
}

/** Busy, down or unreadable, after all retries: a later scan may succeed. */
export class MarketUnavailableError extends Error {
  override readonly name: string = "MarketUnavailableError";
}

/** The quota is used up for now, and whoever asks does not want to wait for it. */
export class MarketBusyError extends MarketUnavailableError {
  override readonly name = "MarketBusyError";
  constructor(
    provider: string,
    callsPerMinute: number,
    /** When asking again may succeed. */
    readonly retryAfterMs: number,
  ) {
    const seconds = Math.ceil(retryAfterMs / 1000);
    super(
      `the ${callsPerMinute} calls a minute of ${provider} are in use: try again in ${seconds} s`,
    );
  }
}

/** True if the market could not be asked, which says nothing about the symbol. */
export function isMarketFailure(error: unknown): error is Error {
  return error instanceof MarketUnavailableError ||
    error instanceof MarketRefusedError;
}

/** What a symbol may be, for people who wrote something else. */
export const symbolHint =
  "1 to 20 of A-Z 0-9 . - : ^ = & _ /, the first a letter, a digit or ^";

/**
 * What a symbol looks like as people type it: letters of ASCII only, because others (the long s) have one
 * of these for their capital; `$` before it as in chats, `/` where the listing has a point.
 */
export const symbolPattern = /^\$?[A-Za-z0-9^][A-Za-z0-9.\-:^=&_/]{0,19}$/;

/**
 * The symbol as its market writes it: `brk/b` is BRK.B, `$aapl` is AAPL; null if it cannot be one: see
 * `symbolHint`. The one decision, for the environment, requests, forms and the watchlist. What it returns
 * is safe in a file's name but for `:`, `&`, `^` and `=`, and in an address once it is encoded; no `/` is left.
 */
export function parseSymbol(text: string): string | null {
  const trimmed = text.trim();
  if (!symbolPattern.test(trimmed)) return null;
  return trimmed.replace("$", "").replaceAll("/", ".").toUpperCase();
}

/** How far the clocks of a provider and of this host may differ, in milliseconds. */
export const mostAheadMs = 60_000;

/** True for an instant (RFC 3339) that is yet to come: nothing of then can be known. */
export function isAhead(at: string, now: number = Date.now()): boolean {
  return Date.parse(at) > now + mostAheadMs;
}

/** Directional overrides: they can make a headline read as something that it does not say. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/** What leaves no mark on a page: white space, format characters, fillers, the braille blank. */
const INVISIBLE = /^[\s\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/**
 * One line of well-formed text, empty if nothing of it can be seen: control characters (NUL included, which PostgreSQL refuses) and lone
 * surrogates are gone, runs of white space are one space, and at most `max` UTF-16 units are left.
 */
export function cleanText(text: string, max: number): string {
  const line = text
    .replace(/\p{Surrogate}/gu, "")
    .replace(BIDI_CONTROLS, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (INVISIBLE.test(line)) return "";
  if (line.length <= max) return line;
  // The cut may fall into a pair: what is left of it is a lone surrogate.
  return `${line.slice(0, max - 1).replace(/\p{Surrogate}/gu, "").trimEnd()}…`;
}

/** The address, normalised, if it is a http or https one of at most 2048 characters; otherwise null. */
export function webAddress(text: string | null | undefined): string | null {
  const url = text ? URL.parse(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return null;
  return url.href.length <= 2048 ? url.href : null;
}
