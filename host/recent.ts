/** The newest rows of many symbols, for the pictures of cells: read once, and kept while they can be the same. */
import type { RecentQuery, Value } from "../engine/actor.ts";

/** Of which symbols, and how many rows of each. */
export interface RecentOf {
  /** The symbols' latest values, as they were read: the same objects while they are the same. */
  readonly latest: readonly Value[];
  readonly limit: number;
}

interface Kept {
  readonly rows: readonly Value[];
  readonly limit: number;
  /** In ms. */
  readonly readAt: number;
}

/** What comes in behind the latest value, as a correction or a replay does, is seen after so long. */
const keptMs = 60_000;

export type ReadRecent = (
  actor: string,
  query: RecentQuery,
  withinMs: number,
) => Promise<readonly Value[]>;

/**
 * By symbol, oldest first. A symbol is asked about again once it has another latest value, or after a minute.
 * @param read asks the actor; of all symbols in one list
 * @param now in ms
 */
export function keepRecent(read: ReadRecent, now = () => performance.now()) {
  const kept = new WeakMap<Value, Kept>();
  return async (
    actor: string,
    { latest, limit }: RecentOf,
    withinMs: number,
  ): Promise<Map<string, readonly Value[]>> => {
    const readAt = now();
    const isOpen = (value: Value) => {
      const known = kept.get(value);
      return known?.limit !== limit || readAt - known.readAt >= keptMs;
    };
    const open = latest.filter(isOpen);
    if (open.length > 0) {
      const symbols = open.map(({ symbol }) => symbol);
      const rows = await read(actor, { symbols, limit }, withinMs);
      const own = Map.groupBy(rows, ({ symbol }) => symbol);
      for (const value of open) {
        kept.set(value, { rows: own.get(value.symbol) ?? [], limit, readAt });
      }
    }
    return new Map(
      latest.map((value) => [value.symbol, kept.get(value)!.rows]),
    );
  };
}
