/** The sweep of an isolate: takes over, again and again, what dead consumers of its group left behind. */
import type { Subscription } from "../broker/broker.ts";
import type { Log } from "./actor.ts";
import { sleep } from "../wait.ts";

export interface RecoveryOptions {
  readonly subscription: Pick<Subscription, "recover">;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Resolves when the signal aborts. A sweep that fails is tried again at the next turn. Turns are
 * spread by a quarter, so that the consumers of a group do not all sweep at the same instant.
 */
export async function startRecovery(
  { subscription, everyMs, signal, log }: RecoveryOptions,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs * (0.75 + Math.random() / 4), signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const taken = await subscription.recover();
      if (taken) {
        log.info("took over pending entries of dead consumers", {
          entries: taken,
        });
      }
    } catch (error) {
      log.warn("sweep failed", { error });
    }
  }
}
