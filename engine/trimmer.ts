/** Keeps the streams from growing for ever: drops, now and then, what every group has acknowledged. */
import type { Broker, TrimLimits } from "../broker/broker.ts";
import type { Log } from "./actor.ts";

export interface Trimmer {
  /** How many messages of a topic this process has trimmed since it started. */
  trimmed(topic: string): number;
  stop(): Promise<void>;
}

export interface TrimmerOptions {
  readonly broker: Broker;
  readonly topics: readonly string[];
  readonly limits: TrimLimits;
  readonly everyMs?: number;
  readonly log: Log;
}

/** Every minute unless told. A turn that fails is made good by the next one. */
export function startTrimmer(
  { broker, topics, limits, everyMs = 60_000, log }: TrimmerOptions,
): Trimmer {
  const counts = new Map<string, number>();
  let turn: Promise<void> | undefined;
  const trim = async () => {
    for (const topic of topics) {
      try {
        const dropped = await broker.trim(topic, limits);
        counts.set(topic, (counts.get(topic) ?? 0) + dropped);
        if (dropped) log.info("trimmed", { topic, entries: dropped });
      } catch (error) {
        log.warn("could not trim", { topic, error });
      }
    }
  };
  // A turn that waits for the broker is not overtaken by the next one.
  const timer = setInterval(() => {
    turn ??= trim().finally(() => turn = undefined);
  }, everyMs);
  return {
    trimmed: (topic) => counts.get(topic) ?? 0,
    async stop() {
      clearInterval(timer);
      await turn;
    },
  };
}
