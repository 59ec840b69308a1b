/** Whose exchange is open: New York's by its calendar, others as the market tells it. */
import type { WatchlistEntry } from "../db/watchlist.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import {
  CLOSING_GRACE_MS,
  EXCHANGE_ZONE,
  isMarketOpen,
  isQuoteTime,
  nextOpen,
} from "../market/hours.ts";
import type { Market } from "../market/market.ts";
import { sleep } from "../wait.ts";

export interface TradingOptions {
  readonly watchlist: { list(): Promise<WatchlistEntry[]> };
  readonly market: Pick<Market, "profile">;
  /** Of so many symbols the market tells in one call. */
  readonly together: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

type Entry = Pick<WatchlistEntry, "symbol" | "zone">;

interface Told {
  readonly open: boolean;
  readonly at: number;
  /** When it was last told to be open. */
  readonly openAt: number;
}

export type Trading = ReturnType<typeof createTrading>;

const lookEveryMs = 10_000;
const askEveryMs = 120_000;
/** What was told is believed for so long; then such a symbol is scanned as if its exchange were open. */
const believedMs = 900_000;

export function createTrading() {
  let entries: readonly Entry[] = [];
  const told = new Map<string, Told>();
  /** In a session, as far as is known; null if it is not. */
  const isTold = (symbol: string, now: number): boolean | null => {
    const state = told.get(symbol);
    return state && now - state.at < believedMs ? state.open : null;
  };
  const isWorthScanning = ({ symbol, zone }: Entry, now: Date): boolean => {
    if (!isElsewhere(zone)) return isQuoteTime(now);
    const openAt = told.get(symbol)?.openAt ?? 0;
    return isTold(symbol, now.getTime()) !== false ||
      now.getTime() - openAt < CLOSING_GRACE_MS;
  };
  return {
    /** What is watched now. */
    watch(watched: readonly Entry[]): void {
      entries = watched;
      const symbols = new Set(watched.map(({ symbol }) => symbol));
      for (const symbol of told.keys()) {
        if (!symbols.has(symbol)) told.delete(symbol);
      }
    },
    /** The symbols of other exchanges, of which it was not told for some time. */
    unsure: (now: number): string[] =>
      entries.filter(({ symbol, zone }) =>
        isElsewhere(zone) && now - (told.get(symbol)?.at ?? 0) >= askEveryMs
      ).map(({ symbol }) => symbol),
    /** @param open null if the market does not tell */
    tell(symbol: string, open: boolean | null, now: number): void {
      const openAt = open ? now : told.get(symbol)?.openAt ?? 0;
      told.set(symbol, { open: open !== false, at: now, openAt });
    },
    /** True while no symbol's quotes are worth scanning. */
    allClosed: (now: Date): boolean =>
      entries.length === 0
        ? !isQuoteTime(now)
        : !entries.some((entry) => isWorthScanning(entry, now)),
    /** The next opening bell, as far as one is known; other exchanges are looked at again before. */
    nextOpen: (now: Date): Date =>
      entries.some(({ zone }) => isElsewhere(zone))
        ? new Date(now.getTime() + askEveryMs)
        : nextOpen(now),
    /** The symbols whose exchange is closed, with when it opens (RFC 3339), or null if that is not known. */
    closed(now: Date): Record<string, string | null> {
      const until = isMarketOpen(now) ? null : nextOpen(now).toISOString();
      const isClosed = ({ symbol, zone }: Entry) =>
        isElsewhere(zone)
          ? isTold(symbol, now.getTime()) === false
          : until !== null;
      return Object.fromEntries(
        entries.filter(isClosed).map((
          { symbol, zone },
        ) => [symbol, isElsewhere(zone) ? null : until]),
      );
    },
  };
}

/** Of what has no zone, the market has not told where it is traded. */
const isElsewhere = (zone: string | null) =>
  zone !== null && zone !== EXCHANGE_ZONE;

/** Asks about the symbols of other exchanges; resolves once the signal aborts. What goes wrong is tried again. */
export async function followTrading(
  trading: Trading,
  { watchlist, market, together, log, signal }: TradingOptions,
): Promise<void> {
  const askAbout = async (symbol: string) => {
    const late = AbortSignal.any([AbortSignal.timeout(askEveryMs), signal]);
    const { open } = await market.profile(symbol, { signal: late });
    trading.tell(symbol, open, Date.now());
  };
  while (!signal.aborted) {
    try {
      trading.watch(await watchlist.list());
      const symbols = trading.unsure(Date.now());
      while (symbols.length && !signal.aborted) {
        const asked = symbols.splice(0, together).map(askAbout);
        const failed = (await Promise.allSettled(asked))
          .find(({ status }) => status === "rejected");
        if (failed?.status === "rejected") throw failed.reason;
      }
    } catch (error) {
      log.debug("an exchange's state is not told", { error: explain(error) });
    }
    await sleep(lookEveryMs, signal).catch(() => {}); // it aborted
  }
}
