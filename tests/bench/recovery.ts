/** How soon an isolate that ended is back. */
import type { Config } from "../../config.ts";
import type { Supervisor } from "../../engine/supervisor.ts";
import { sleep } from "../../wait.ts";
import { startIsolates } from "./isolates.ts";

export interface Recovery {
  /** From an uncaught error to the subscription of the next isolate, in milliseconds. */
  readonly crash: number;
  /** From the last sign of life of one in an endless loop to the same. */
  readonly loop: number;
}

export async function measureRecovery(config: Config): Promise<Recovery> {
  const supervisor = await startIsolates(config, { falling: true });
  try {
    return {
      crash: await outage(supervisor, "fragile"),
      loop: await outage(supervisor, "looping"),
    };
  } finally {
    await supervisor.stop();
  }
}

/** The longest time between two signs of life of an actor that ran, ended, and ran again. */
async function outage(supervisor: Supervisor, name: string): Promise<number> {
  const status = () => supervisor.statusOf(name)[0]!;
  const restarts = status().restarts;
  let alive = performance.now();
  while (true) {
    const { state, restarts: now, heartbeat_age_ms } = status();
    if (state === "running") {
      if (now > restarts) return performance.now() - alive;
      alive = performance.now() - (heartbeat_age_ms ?? 0);
    }
    await sleep(5);
  }
}
