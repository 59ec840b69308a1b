/** Keeps the streams from growing for ever: drops, now and then, what every group has acknowledged. */
import type { Broker, TrimLimits } from "../broker/broker.ts";
import type { Log } from "./actor.ts";

export interface Trimmer {
  /** How many messages of a topic this process has trimmed since it started. */
  trimmed(topic: string): number;
  stop(): Promise<void>;
}

export interface TrimmerOptions {
  readonly broker: Pick<Broker, "trim" | "groups">;
  readonly topics: readonly string[];
  readonly limits: Omit<TrimLimits, "onPassedOver">;
  readonly everyMs?: number;
  readonly onIncident: (topic: string, kind: string, detail: string) => void;
  readonly log: Log;
}

/** Every minute unless told. A turn that fails is made good by the next one. */
export function startTrimmer(options: TrimmerOptions): Trimmer {
  const { broker, topics, limits, everyMs = 60_000, log } = options;
  const counts = new Map<string, number>();
  const laggards = new Map(
    topics.map((topic) => [topic, new Laggards(topic, options)]),
  );
  let turn: Promise<void> | undefined;
  const trim = async () => {
    for (const [topic, behind] of laggards) {
      try {
        const onPassedOver = (group: string) => behind.tell(group);
        const dropped = await broker.trim(topic, { ...limits, onPassedOver });
        counts.set(topic, (counts.get(topic) ?? 0) + dropped);
        if (dropped) log.info("trimmed", { topic, entries: dropped });
        await behind.forget();
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

/** The foreign groups of a topic that trimming has passed over: each is told once, until it has caught up. */
class Laggards {
  readonly #told = new Set<string>();

  constructor(
    private readonly topic: string,
    private readonly options: TrimmerOptions,
  ) {}

  tell(group: string): void {
    if (this.#told.has(group)) return;
    this.#told.add(group);
    const { limits: { foreignLimit }, onIncident, log } = this.options;
    const detail = `events of ${this.topic} were dropped that the foreign ` +
      `group "${group}" has not acknowledged: it was more than ` +
      `${foreignLimit} behind`;
    log.warn(detail, { topic: this.topic, group });
    onIncident(this.topic, "foreign-group-passed", detail);
  }

  /** Half the limit: one that reads along at the limit is not told again at every turn. */
  async forget(): Promise<void> {
    if (this.#told.size === 0) return;
    const { broker, limits: { foreignLimit = 0 } } = this.options;
    const groups = await broker.groups(this.topic);
    for (const name of this.#told) {
      const one = groups.find(({ group }) => group === name);
      const behind = one ? (one.lag ?? Infinity) + one.pending : 0;
      if (behind <= foreignLimit / 2) this.#told.delete(name);
    }
  }
}
