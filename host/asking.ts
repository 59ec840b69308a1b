/** Asks the market, in the background and seldom, what is still open about the watchlist's symbols. */
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import {
  type Market,
  SymbolRefusedError,
  UnknownSymbolError,
} from "../market/market.ts";
import type { Unsure } from "../db/unsure.ts";
import { sleep } from "../wait.ts";
import type { Catalog } from "./services.ts";
import type { Stores } from "./stores.ts";
import { isAway } from "./ask_market.ts";

export interface Asking {
  readonly stores: Pick<Stores, "unsure" | "cache" | "confirming">;
  readonly catalog: Pick<Catalog, "actors">;
  /** Between two turns: how little of the quota this takes. */
  readonly pauseMs: number;
  /** Of so many symbols the market tells in one call; 1 unless told. */
  readonly together?: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const idleMs = 5_000;
const awayMs = 60_000;

/** Behind everybody else's calls it may wait long for its own. */
const unhurried = () => ({ signal: AbortSignal.timeout(120_000) });

/** Resolves once the signal aborts; what goes wrong is tried again. */
export async function askAboutSymbols(asking: Asking): Promise<void> {
  const { pauseMs, log, signal } = asking;
  while (!signal.aborted) {
    let waitMs = idleMs;
    try {
      await confirmByValues(asking);
      if (await askAboutNext(asking)) waitMs = pauseMs;
    } catch (error) {
      log.debug("a symbol was not asked about", { error: explain(error) });
      if (isAway(error)) waitMs = awayMs;
    }
    await sleep(waitMs, signal).catch(() => {}); // it aborted
  }
}

/** What has a value exists: no call is needed. */
async function confirmByValues(
  { stores: { unsure, cache }, catalog }: Asking,
): Promise<void> {
  const open = await unsure.unconfirmed();
  if (open.length === 0) return;
  const held = [...catalog.actors.keys()].map((actor) => cache.symbols(actor));
  const known = new Set((await Promise.all(held)).flat());
  await unsure.confirm(open.filter((symbol) => known.has(symbol)));
}

/**
 * Of as many as the market tells in one call. False if there is none.
 * @throws what the market threw about one of them, once all are asked about
 */
export async function askAboutNext(
  { stores: { unsure, confirming: market }, together = 1 }:
    & Pick<Asking, "stores">
    & Partial<Pick<Asking, "together">>,
): Promise<boolean> {
  const open = await unsure.claim(together);
  const told = await Promise.allSettled(open.map(async (one) => {
    await unsure.tell(one.symbol, await askAbout(market, one));
  }));
  const failed = told.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return open.length > 0;
}

async function askAbout(market: Market, { symbol, name, confirmed }: Unsure) {
  const exists = confirmed || await market.quotes(symbol, unhurried())
    .then(() => true, (error) => {
      if (error instanceof UnknownSymbolError) return false;
      throw error;
    });
  if (!exists) return { exists };
  const profile = await profileOf(market, symbol);
  if (name ?? profile?.name) return { ...profile, exists };
  const listings = await market.search(symbol, unhurried());
  const listed = listings.find((one) => one.symbol === symbol)?.description;
  return { ...profile, name: listed ?? null, exists };
}

/** Null where it is not for everybody to know. */
async function profileOf(market: Market, symbol: string) {
  try {
    return await market.profile(symbol, unhurried());
  } catch (error) {
    const quiet = error instanceof SymbolRefusedError ||
      error instanceof UnknownSymbolError;
    if (quiet) return null;
    throw error;
  }
}
