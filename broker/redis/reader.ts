/** The reading loop of one subscription: first what is pending with us, then what is new. */
import type { Delivery } from "../broker.ts";
import { compareIds, type Entry, toMessage } from "./entry.ts";
import {
  groupMender,
  isGroupGone,
  type Place,
  reportTrimmed,
} from "./group.ts";
import type { Leases } from "./lease.ts";
import type { BatchQueue } from "./queue.ts";
import { blockMs, type Source } from "./source.ts";
import { retryDelay } from "../retry_delay.ts";

/** How long a blocked read has to return before it is cut off. */
const returnMs = 500;

export interface Reader {
  /** True while it still reads what was pending with us. */
  readonly draining: boolean;
  /** Ends after `stop`; rejects when trying again cannot help. */
  run(): Promise<void>;
  /** Reads what is pending with us once more, and hands on what we do not know of. */
  drain(): void;
  stop(): Promise<void>;
}

export function makeReader(
  source: Source,
  place: Place,
  leases: Leases,
  queue: BatchQueue,
): Reader {
  const mendGroup = groupMender(place, source.ensureGroup, queue.changed);
  let stopping = false;
  let running: Promise<void> = Promise.resolve();
  /** Where to go on among our own pending entries; null once they are all known. */
  let drainFrom: string | null = "0";
  let newest = "0-0";
  /** After the group was made again: up to here, messages may have been handed out before. */
  let repeatedTo = "0-0";

  const handOn = (entries: readonly Entry[], redelivered: boolean) => {
    const deliveries: Delivery[] = [];
    const ids: string[] = [];
    for (const [id, fields] of entries) {
      if (!fields) continue;
      const again = redelivered || compareIds(id, repeatedTo) <= 0;
      deliveries.push(toMessage(id, fields, again));
      ids.push(id);
    }
    if (ids.length === 0) return;
    leases.hold(ids);
    queue.put(deliveries);
  };

  const drainPage = (from: string) =>
    leases.watching(async (isNew) => {
      const page = await source.pendingAfter(from);
      const last = page.at(-1)?.[0];
      // A drain that was asked for meanwhile starts again from the beginning.
      if (drainFrom === from) drainFrom = last ?? null;
      const gone = page.filter(([, fields]) => !fields).map(([id]) => id);
      if (gone.length > 0) await reportTrimmed(place, gone);
      handOn(page.filter(([id]) => isNew(id)), true);
    });

  const readNew = async () => {
    const entries = await source.newEntries();
    handOn(entries, false);
    newest = entries.at(-1)?.[0] ?? newest;
  };

  /** While there is no room for a batch, a ping tells whether we could read. */
  const rest = async () => {
    await queue.changed(blockMs);
    if (!queue.hasRoom && !stopping) await source.ping();
  };

  const step = (): Promise<void> => {
    if (!queue.hasRoom) return rest();
    return drainFrom === null ? readNew() : drainPage(drainFrom);
  };

  const mend = async (error: unknown, failures: number) => {
    if (isFatal(error)) throw error;
    // The reply that was cut off may have held messages: they are pending with us now.
    if (source.giveUp(error)) drainFrom = "0";
    if (!isGroupGone(error)) return await queue.changed(retryDelay(failures));
    leases.forget();
    repeatedTo = newest;
    await mendGroup();
  };

  const loop = async () => {
    let failures = 0;
    while (!stopping) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        // A failure to mend is met by the next step.
        if (!stopping) await mend(error, ++failures).catch(throwFatal);
      }
    }
  };

  return {
    get draining() {
      return drainFrom !== null;
    },
    run: () => running = loop(),
    drain() {
      drainFrom = "0";
      source.wake();
    },
    async stop() {
      stopping = true;
      // Made to return rather than cut off: the server could still serve a read that was cut.
      source.wake();
      const cut = setTimeout(source.close, returnMs);
      await running.catch(() => {}); // whoever runs it is told
      clearTimeout(cut);
      source.close();
    },
  };
}

/** A key of another type, or a login that Redis refuses: someone has to change something. */
const isFatal = (error: unknown): boolean =>
  error instanceof Error &&
  /^(WRONGTYPE|NOPERM|NOAUTH|WRONGPASS) /.test(error.message);

function throwFatal(error: unknown): void {
  if (isFatal(error)) throw error;
}
