/** What a host does now and then for the tables of the core; those of an actor are kept by its isolate. */
import type { Config } from "../config.ts";
import { upkeep } from "../db/pipeline_upkeep.ts";
import type { Log } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { sleep } from "../wait.ts";
import type { Stores } from "./stores.ts";

export interface UpkeepOptions {
  readonly config: Pick<
    Config,
    "deadLettersKeepDays" | "scansKeepHours" | "pipelineKeepDays"
  >;
  readonly stores: Pick<
    Stores,
    "sql" | "tableSizes" | "deadLetters" | "scans"
  >;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Chore {
  readonly everyMs: number;
  /** A small batch, so that nobody waits behind it; true if there is more of it to do at once. */
  readonly batch: () => Promise<boolean>;
}

const restMs = 100;

/** Resolves once the signal aborts. */
export async function keepUp(options: UpkeepOptions): Promise<void> {
  await Promise.all(choresOf(options).map((chore) => keep(chore, options)));
}

function choresOf({ config, stores }: UpkeepOptions): Chore[] {
  const { sql, tableSizes, deadLetters, scans } = stores;
  const { deadLettersKeepDays, scansKeepHours, pipelineKeepDays } = config;
  return [
    {
      everyMs: 600_000,
      batch: () => tableSizes.record().then(() => false),
    },
    {
      everyMs: 600_000,
      batch: () =>
        deadLettersKeepDays === null
          ? Promise.resolve(false)
          : deadLetters.prune(deadLettersKeepDays, 500),
    },
    {
      everyMs: 60_000,
      batch: () => scans.prune(scansKeepHours, 1_000),
    },
    {
      everyMs: 60_000,
      batch: () => upkeep(sql, pipelineKeepDays, 1_000),
    },
  ];
}

/** What cannot be done now is done next time. */
async function keep(
  { everyMs, batch }: Chore,
  { log, signal }: Pick<UpkeepOptions, "log" | "signal">,
): Promise<void> {
  while (!signal.aborted) {
    const more = await batch().catch((error) => {
      log.debug("upkeep was put off", { error: explain(error) });
      return false;
    });
    await sleep(more ? restMs : everyMs, signal).catch(() => {}); // it aborted
  }
}
