/** Asks the market, in the background and seldom, what is still open about the watchlist's symbols. */
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { UnknownSymbolError } from "../market/market.ts";
import { sleep } from "../wait.ts";
import type { Catalog } from "./services.ts";
import type { Stores } from "./stores.ts";
import { isAway } from "./ask_market.ts";

export interface Asking {
  readonly stores: Pick<Stores, "unsure" | "cache" | "confirming">;
  readonly catalog: Pick<Catalog, "actors">;
  /** Between two symbols: how little of the quota this takes. */
  readonly pauseMs: number;
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

/** False if there is none. */
export async function askAboutNext(
  { stores: { unsure, confirming: market } }: Pick<Asking, "stores">,
): Promise<boolean> {
  const next = await unsure.claim();
  if (next === null) return false;
  const { symbol } = next;
  const exists = next.confirmed || await market.quotes(symbol, unhurried())
    .then(() => true, (error) => {
      if (error instanceof UnknownSymbolError) return false;
      throw error;
    });
  const listings = next.name || !exists
    ? []
    : await market.search(symbol, unhurried());
  const name = listings.find((one) => one.symbol === symbol)?.description;
  await unsure.tell(symbol, { exists, name });
  return true;
}
