/** The consumer group: made when a subscription starts, and again when somebody destroyed it. */
import type { Redis } from "ioredis";
import type { Incident } from "../broker.ts";
import { groupName, streamKey } from "./names.ts";
import { retryDelay } from "../retry_delay.ts";

/** One consumer of one group on one stream: what every part of a subscription needs. */
export interface Place {
  /** For commands; never blocked by a read. */
  readonly redis: Redis;
  readonly topic: string;
  readonly stream: string;
  /** As Redis knows it. */
  readonly group: string;
  readonly consumer: string;
  readonly claimAfterMs: number;
  readonly report: (incident: Incident) => void;
}

export function placeOf(
  redis: Redis,
  topic: string,
  group: string,
  consumer: string,
  claimAfterMs: number,
  report: (incident: Incident) => void,
): Place {
  const stream = streamKey(topic);
  const name = groupName(group);
  return { redis, topic, stream, group: name, consumer, claimAfterMs, report };
}

/** The group or its stream is gone: XGROUP DESTROY, FLUSHALL, an eviction, a failover without the data. */
export const isGroupGone = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("NOGROUP");

/** Makes the group at the start of the stream. True if it was not there. */
export async function ensureGroup(
  redis: Redis,
  { stream, group }: Place,
): Promise<boolean> {
  try {
    // Never at `$`: a group made late must see what came before it.
    await redis.xgroup("CREATE", stream, group, "0", "MKSTREAM");
    return true;
  } catch (error) {
    if ((error as Error).message.startsWith("BUSYGROUP")) return false;
    throw error;
  }
}

/**
 * Mends a lost group. Whoever calls waits, longer each time while it keeps happening, so that a group
 * that is destroyed over and over costs neither a busy loop nor a flood of incidents.
 */
export function groupMender(
  place: Place,
  ensure: () => Promise<boolean>,
  wait: (ms: number) => Promise<void>,
): () => Promise<void> {
  let times = 0;
  let last = 0;
  return async () => {
    times = Date.now() - last < 60_000 ? times + 1 : 0;
    last = Date.now();
    if (times > 0) await wait(retryDelay(times));
    if (!await ensure()) return;
    place.report({
      kind: "group-recreated",
      detail: `the group ${place.group} of ${place.stream} was gone: ` +
        "it reads everything that the stream holds again",
    });
  };
}

/** How many ids an incident names; the rest is counted. */
const mostNamed = 20;

/** Entries that were deleted before anybody acknowledged them: they are lost, and that is recorded. */
export async function reportTrimmed(
  place: Place,
  ids: readonly string[],
): Promise<void> {
  const { redis, stream, group } = place;
  const named = ids.slice(0, mostNamed).join(", ");
  const more = ids.length > mostNamed ? ", …" : "";
  place.report({
    kind: "trimmed-while-pending",
    detail: `${ids.length} entries of ${stream} were deleted before ${group} ` +
      `had acknowledged them: ${named}${more}`,
  });
  await redis.xack(stream, group, ...ids);
}
