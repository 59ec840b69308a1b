/**
 * A scan goes through a list, a few symbols at a time. What was scanned is recorded before the next is taken,
 * so that a scan that is cut off goes on where it stopped.
 */
import type { ScanResult, SymbolScan } from "./status.ts";

export interface ScanList {
  /** Symbols that are still to be scanned, the most urgent first; none when the list is done. */
  next(failed: readonly string[]): Promise<readonly string[]>;
  scan(symbol: string): Promise<SymbolScan>;
  /** Resolves when it is stored. */
  record(symbol: string, scan: SymbolScan): Promise<unknown>;
  /** The most symbols of which the market tells in one call; 1 unless told. */
  readonly together?: number;
  /** Nothing more is taken from the list when this aborts. */
  readonly signal: AbortSignal;
}

export interface ListResult extends ScanResult {
  readonly scanned: number;
}

/** How many symbols are asked for at the same time; the market's quota holds all the same. */
const lanes = 4;

/**
 * Rejects with what ended it before its end: what `scan` or `record` threw, or the reason of `signal`; what
 * is in hand then is waited for.
 */
export async function scanList(list: ScanList): Promise<ListResult> {
  const tried = new Set<string>();
  const failed: Record<string, string> = {};
  const outcomes: ScanResult["outcomes"] = {};
  const ended = new AbortController();
  const signal = AbortSignal.any([list.signal, ended.signal]);
  const take = supply(list, tried, () => Object.keys(failed));
  let published = 0;
  const running: Promise<void>[] = [];
  const one = async (symbol: string) => {
    const scan = await list.scan(symbol);
    // It cost no call of its own: then as many as may share one are asked for at the same time.
    if (isFree(scan)) run(list.together ?? 1);
    await list.record(symbol, scan);
    published += scan.published;
    if (scan.outcome === "ok") return;
    failed[symbol] = scan.error ?? scan.outcome;
    outcomes[symbol] = scan.outcome;
  };
  /** False at the end of the list. */
  const step = async () => {
    const symbol = await take();
    signal.throwIfAborted();
    if (symbol === undefined) return false;
    await one(symbol);
    return true;
  };
  const lane = async () => {
    while (await step());
  };
  const run = (many: number) => {
    while (running.length < many) {
      running.push(lane().catch((error) => ended.abort(error)));
    }
  };
  // The first goes alone: what fails the scan as a whole, a refused key, costs one call.
  if (await step()) run(lanes);
  for (const each of running) await each;
  signal.throwIfAborted();
  return { published, failed, outcomes, scanned: tried.size };
}

const isFree = ({ outcome, calls }: SymbolScan): boolean =>
  outcome === "ok" && Object.values(calls).every((count) => count === 0);

/** One symbol after the other, each once; undefined at the end. The list is asked by one lane at a time. */
function supply(
  list: ScanList,
  tried: Set<string>,
  failed: () => string[],
): () => Promise<string | undefined> {
  const waiting: string[] = [];
  let asking: Promise<void> | undefined;
  const refill = async () => {
    const next = await list.next(failed());
    for (const symbol of next) {
      if (tried.has(symbol)) continue;
      tried.add(symbol);
      waiting.push(symbol);
    }
  };
  return async () => {
    if (!waiting.length) {
      asking ??= refill().finally(() => asking = undefined);
      await asking;
    }
    return waiting.shift();
  };
}
