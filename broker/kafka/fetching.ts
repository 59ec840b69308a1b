/** The loop that fetches ahead: about one batch of each partition, while the handler is at work. */
import type { Consumer } from "@platformatic/kafka";
import { isKafkaError, isRefusal, isStaleMember } from "./client.ts";
import { fetchFrom } from "./fetch.ts";
import type { Holding } from "./holding.ts";
import type { Member } from "./member.ts";
import type { Topics } from "./topics.ts";
import { backoffMs, createBell } from "./wait.ts";

/** How long a fetch waits for messages; a new assignment waits for it. */
const waitMs = 500;
/** The wait while some partition is left out of the fetch and may soon want to be in it. */
const shortWaitMs = 20;

export interface Fetching {
  /** Partitions were given, or messages handed out. */
  wake(): void;
  /** When a fetch last completed, empty or not; also when there was nothing to fetch, and all was well. */
  readonly lastReadAt: number;
  stop(): Promise<void>;
}

export interface FetchingEvents {
  isPaused(): boolean;
  onFetched(): void;
  onIncident(kind: string, detail: string): void;
  /** The server does not let us read, and will not. */
  onRefused(error: unknown): void;
}

export function startFetching(
  reader: Consumer,
  topics: Topics,
  topic: string,
  holding: Holding,
  member: Member,
  size: number,
  events: FetchingEvents,
): Fetching {
  const bell = createBell();
  let lastReadAt = 0;
  let stopping = false;
  let troubles = 0;

  const fetchOnce = async () => {
    await holding.adopt(member);
    const { line, era } = holding;
    const now = Date.now();
    const wanted = line.filter((one) =>
      one.held.length < size && one.retryAt <= now
    );
    if (wanted.length === 0) return await idle(now);
    const positions = new Map(wanted.map((one) => [one.id, one.next]));
    const wait = wanted.length < line.length ? shortWaitMs : waitMs;
    for (const fetched of await fetchFrom(reader, topic, positions, wait)) {
      const partition = wanted.find((one) => one.id === fetched.partition);
      // Rewound or taken away meanwhile: what was fetched is no longer what comes next.
      if (era !== holding.era || partition?.next !== fetched.from) continue;
      partition.held.push(...fetched.messages);
      partition.next = fetched.next;
    }
    lastReadAt = Date.now();
    events.onFetched();
  };

  const idle = async (now: number) => {
    const full = holding.line.some((one) => one.held.length >= size);
    if (member.alive() && (!full || events.isPaused())) lastReadAt = now;
    const retries = holding.line.map((one) => one.retryAt - now).filter((ms) =>
      ms > 0
    );
    await bell.wait(Math.min(waitMs, ...retries));
  };

  const mend = async (error: unknown) => {
    // Between two generations of the group: the next assignment is on its way.
    if (isStaleMember(error)) return await bell.wait(shortWaitMs);
    troubles++;
    reader.clearMetadata();
    if (isKafkaError(error, "OFFSET_OUT_OF_RANGE")) {
      for (const move of await holding.moveIntoRange()) {
        events.onIncident("trimmed-while-pending", move);
      }
    }
    await bell.wait(backoffMs(troubles));
    await topics.repair(topic, error);
  };

  const running = (async () => {
    while (!stopping) {
      try {
        await fetchOnce();
        if (troubles > 0) {
          events.onIncident(
            "connection-rebuilt",
            `after ${troubles} failed attempts`,
          );
        }
        troubles = 0;
      } catch (error) {
        if (isRefusal(error)) return events.onRefused(error);
        if (!stopping) await mend(error).catch(() => {});
      }
    }
  })();

  return {
    wake: bell.ring,
    get lastReadAt() {
      return lastReadAt;
    },
    async stop() {
      stopping = true;
      bell.ring();
      await reader.close().catch(() => {});
      await running;
    },
  };
}
