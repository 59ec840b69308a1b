/** Every scan of this host, by a slot or by hand: symbol by symbol, asked of the isolate and recorded at once. */
import type { Config } from "../config.ts";
import type { Log } from "../engine/actor.ts";
import { newTraceparent } from "../engine/envelope.ts";
import { currentTraceparent, inSpan } from "../engine/spans.ts";
import { UnansweredError } from "../engine/questions.ts";
import type { ScanCaller } from "../engine/protocol.ts";
import { type ListResult, scanList } from "../engine/scan_list.ts";
import { InterruptedError } from "../engine/scheduler.ts";
import type { ScanResult } from "../engine/status.ts";
import { RefusedError, type Supervisor } from "../engine/supervisor.ts";
import { MarketRefusedError } from "../market/market.ts";
import { symbolsAtOnce } from "../market/open.ts";
import type { Stores } from "./stores.ts";

export interface ScanningOptions {
  readonly config: Pick<Config, "market">;
  readonly stores: Pick<Stores, "scans" | "watchlist" | "measures">;
  readonly supervisor: Supervisor;
  readonly log: Log;
  /** Ends scans by hand. */
  readonly signal: AbortSignal;
}

export interface Scanning {
  /**
   * What is still to be scanned for the slot; without one, what failed and may be tried again.
   * @throws {InterruptedError} if the actor is paused, or `signal` aborts
   */
  forSlot(
    actor: string,
    slot: Date | null,
    signal: AbortSignal,
  ): Promise<ListResult>;
  /** These symbols, at once and before those of any slot. @throws {RefusedError} */
  now(
    actor: string,
    symbols: readonly string[],
    by: ScanCaller,
  ): Promise<ScanResult>;
}

/** So many are looked up at once: between them the list may change. */
const chunk = 100;

export function createScanning(options: ScanningOptions): Scanning {
  const { stores: { scans }, config, log } = options;
  const market = config.market.provider;
  return {
    async forSlot(actor, slot, signal) {
      const next = (failed: readonly string[]) =>
        slot
          ? scans.due(actor, market, slot, failed, chunk)
          : scans.claimFailed(actor, chunk);
      const list = { actor, slot, by: "schedule", signal, next } as const;
      const result = await interruptible(scanAll(options, list), signal);
      if (result.scanned) told(log, actor, result);
      const outage = slot && await scans.outage(actor);
      if (outage) throw new Error(`no symbol could be scanned: ${outage}`);
      return result;
    },
    async now(actor, symbols, by) {
      const { signal } = options;
      const waiting = [...symbols];
      const next = () => Promise.resolve(waiting.splice(0));
      const list = { actor, slot: null, by, signal, next };
      const { scanned: _, ...result } = await scanAll(options, list);
      return result;
    },
  };
}

function told(
  log: Log,
  actor: string,
  { scanned, published, failed }: ListResult,
) {
  const count = Object.keys(failed).length;
  log.info("scanned", { actor, symbols: scanned, published, failed: count });
}

/** What ends a scan without anything having failed. */
async function interruptible<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof RefusedError) && !signal.aborted) throw cause;
    throw new InterruptedError("the scan goes on later", { cause });
  }
}

interface List {
  readonly actor: string;
  readonly slot: Date | null;
  readonly by: ScanCaller;
  readonly signal: AbortSignal;
  readonly next: (failed: readonly string[]) => Promise<readonly string[]>;
}

/** A trace of its own, from its slot to its rows; whoever asked for it is linked. */
async function scanAll(
  options: ScanningOptions,
  list: List,
): Promise<ListResult> {
  const asked = currentTraceparent();
  const { actor, slot, by } = list;
  const attributes = {
    "signalbox.scan.by": by,
    ...(slot ? { "signalbox.slot": slot.toISOString() } : {}),
  };
  const needs = { parent: null, links: asked ? [asked] : [], attributes };
  return await inSpan(`scan ${actor}`, needs, () => scanEach(options, list));
}

function scanEach(
  { stores: { scans, measures }, supervisor, config }: ScanningOptions,
  { actor, slot, by, signal, next }: List,
): Promise<ListResult> {
  const traceparent = currentTraceparent() ?? newTraceparent();
  const scan_id = traceparent.split("-")[1]!;
  const market = config.market.provider;
  return scanList({
    next,
    signal,
    together: symbolsAtOnce(config.market),
    async scan(symbol) {
      const request = { symbol, traceparent, by };
      const scan = await keyed(supervisor.scan(actor, request));
      measures.scanned(actor, scan);
      return scan;
    },
    record: (symbol, scan) =>
      scans.record({ actor, symbol, market, scan_id, slot, scan }),
  });
}

/** A key that is refused fails the scan as a whole, in the market's words. */
async function keyed<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    if (!(cause instanceof UnansweredError) || cause.reason !== "key") {
      throw cause;
    }
    // Without the cause, which says the same.
    throw new MarketRefusedError(cause.message);
  }
}
