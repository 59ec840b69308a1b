/** What a host does now and then for the tables of the core; those of an actor are kept by its isolate. */
import type { Config } from "../config.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { sleep } from "../wait.ts";
import type { Stores } from "./stores.ts";

export interface UpkeepOptions {
  readonly config: Pick<Config, "deadLettersKeepDays">;
  readonly stores: Pick<Stores, "tableSizes" | "deadLetters">;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const everyMs = 600_000;
/** In small batches, so that nobody waits behind them. */
const pruneBatch = 500;
const restMs = 100;

/** Resolves once the signal aborts; what goes wrong is tried again. */
export async function keepUp(options: UpkeepOptions): Promise<void> {
  const { config, stores, log, signal } = options;
  const { tableSizes, deadLetters } = stores;
  const keepDays = config.deadLettersKeepDays;
  while (!signal.aborted) {
    let waitMs = everyMs;
    try {
      await tableSizes.record();
      const more = keepDays !== null &&
        await deadLetters.prune(keepDays, pruneBatch);
      if (more) waitMs = restMs;
    } catch (error) {
      log.debug("upkeep was put off", { error: explain(error) });
    }
    await sleep(waitMs, signal).catch(() => {}); // it aborted
  }
}
