/** The consumer group: made when a subscription starts, and again when somebody destroyed it. */
import type { Redis } from "ioredis";
import { backoffMs } from "../../wait.ts";
import type { Incident } from "../broker.ts";

/** One consumer of one group on one stream: what every part of a subscription needs. */
export interface GroupConsumer {
  /** For commands; never blocked by a read. */
  readonly redis: Redis;
  /** Stream and group as Redis knows them. */
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly claimAfterMs: number;
  readonly report: (incident: Incident) => void;
}

/** The group or its stream is gone: XGROUP DESTROY, FLUSHALL, an eviction, a failover without the data. */
export const isGroupGone = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("NOGROUP");

/** Makes the group at the start of the stream. True if it was not there. */
export async function ensureGroup(
  redis: Redis,
  { stream, group }: GroupConsumer,
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
  { report, group, stream }: GroupConsumer,
  ensure: () => Promise<boolean>,
  wait: (ms: number) => Promise<void>,
): () => Promise<void> {
  let times = 0;
  let last = 0;
  return async () => {
    times = Date.now() - last < 60_000 ? times + 1 : 0;
    last = Date.now();
    if (times > 0) await wait(backoffMs(times));
    if (!await ensure()) return;
    report({
      kind: "group-recreated",
      detail: `the group ${group} of ${stream} was gone: ` +
        "it reads everything that the stream holds again",
    });
  };
}

/** How many ids an incident names; the rest is counted. */
const mostNamed = 20;

/** Entries that were deleted before anybody acknowledged them: they are lost, and that is recorded. */
export async function reportTrimmed(
  { redis, stream, group, report }: GroupConsumer,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const named = ids.slice(0, mostNamed).join(", ");
  const more = ids.length > mostNamed ? ", …" : "";
  report({
    kind: "trimmed-while-pending",
    detail: `${ids.length} entries of ${stream} were deleted before ${group} ` +
      `had acknowledged them: ${named}${more}`,
  });
  await redis.xack(stream, group, ...ids);
}
