/** Questions about single symbols, asked for many at once where the provider takes many in one call. */
import type { RateLimit } from "../market.ts";
import { sleep, unlessAborted } from "../../wait.ts";

/** Those who come within so many ms share a call. */
const gatherMs = 50;

interface Batch {
  readonly symbols: Set<string>;
  readonly limits: RateLimit[];
  readonly answers: Promise<ReadonlyMap<string, unknown>>;
}

/**
 * The call is counted for whoever came first; the others ride along. It goes on for them when the first one
 * gives up.
 * @param most how many symbols one call takes
 */
export function together(
  most: number,
  ask: (
    symbols: readonly string[],
    limit: RateLimit,
  ) => Promise<ReadonlyMap<string, unknown>>,
) {
  let open: Batch | undefined;
  const begin = (): Batch => {
    const symbols = new Set<string>();
    const limits: RateLimit[] = [];
    const answers = sleep(gatherMs).then(() => {
      if (open === batch) open = undefined;
      return ask([...symbols], shared(limits, symbols.size));
    });
    const batch = { symbols, limits, answers };
    // Whoever gave up meanwhile does not hear of it.
    answers.catch(() => {});
    return batch;
  };
  /** What the call told of this symbol; undefined if it told nothing. Rejects as the call does. */
  return async (
    symbol: string,
    limit: RateLimit,
    signal?: AbortSignal,
  ): Promise<unknown> => {
    signal?.throwIfAborted();
    open ??= begin();
    const batch = open;
    batch.symbols.add(symbol);
    batch.limits.push(limit);
    if (batch.symbols.size >= most) open = undefined;
    const answers = signal
      ? await unlessAborted(batch.answers, signal)
      : await batch.answers;
    return answers.get(symbol);
  };
}

/** The limit of the first; the others are told that they wait for it, and how it ended. */
function shared(
  [first, ...others]: readonly RateLimit[],
  symbols: number,
): RateLimit {
  return {
    ...first!,
    take(signal) {
      const turn = first!.take(signal);
      for (const other of others) other.ride?.(turn)?.catch(() => {});
      return turn;
    },
    called(call) {
      const told = { ...call, symbols };
      first!.called?.(told);
      for (const other of others) other.rode?.(told);
    },
  };
}
