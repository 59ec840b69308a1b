/** The reading loop of one subscription: first what is pending with us, then what is new. */
import type { Delivery } from "./broker.ts";
import { DeadlineError } from "./deadline.ts";
import { compareIds, type Entry, toMessage } from "./redis_entry.ts";
import {
  ensureGroup,
  groupMender,
  isGroupGone,
  type Place,
  reportTrimmed,
} from "./redis_group.ts";
import type { Leases } from "./redis_lease.ts";
import type { BatchQueue } from "./redis_queue.ts";
import {
  openReadConnection,
  type ReadConnection,
} from "./redis_read_connection.ts";
import { retryDelay } from "./retry_delay.ts";

/** A finite BLOCK, so that a read that never ends is known to be dead … */
const blockMs = 2000;
/** … by this much later. */
const graceMs = 3000;

export interface Reader {
  readonly lastReadAt: number;
  /** True while it still reads what was pending with us. */
  readonly draining: boolean;
  /** Ends after `stop`; rejects when trying again cannot help. */
  run(): Promise<void>;
  /** Reads what is pending with us once more, and hands on what we do not know of. */
  drain(): void;
  stop(): Promise<void>;
}

export interface ReaderOptions {
  readonly url: string;
  readonly place: Place;
  readonly leases: Leases;
  readonly queue: BatchQueue;
  readonly batch: number;
}

export function makeReader(options: ReaderOptions): Reader {
  const { url, place, leases, queue, batch } = options;
  const { redis: commands, stream, group, consumer } = place;
  const mendGroup = groupMender(place, queue.changed);
  const stop = new AbortController();
  let connection: ReadConnection | undefined;
  let hasGroup = false;
  let lostBecause = "";
  let blocked = false;
  let stopping = false;
  let running: Promise<void> = Promise.resolve();
  let lastReadAt = Date.now();
  /** Where to go on among our own pending entries; null once they are all known. */
  let drainFrom: string | null = "0";
  let draining = true;
  let newest = "0-0";
  /** After the group was made again: up to here, messages may have been handed out before. */
  let repeatedTo = "0-0";

  const connect = async (): Promise<ReadConnection> => {
    if (connection) return connection;
    const name = `${group}:${consumer}`;
    connection = await openReadConnection(url, name, stop.signal);
    // Only at the start: if it is missing later, that is an incident.
    if (!hasGroup) await ensureGroup(connection.redis, place);
    hasGroup = true;
    if (lostBecause) {
      const detail = `${consumer} reads ${stream} again: ${lostBecause}`;
      place.report({ kind: "connection-rebuilt", detail });
    }
    lostBecause = "";
    return connection;
  };

  const ask = async <T>(request: (at: ReadConnection) => Promise<T>) => {
    const at = await connect();
    const reply = await at.answer(request(at), blockMs + graceMs);
    lastReadAt = Date.now();
    return reply;
  };

  const pendingAfter = async (id: string): Promise<Entry[]> =>
    entriesOf(
      await ask(({ redis }) =>
        redis.xreadgroup(
          ...["GROUP", group, consumer] as const,
          ...["COUNT", batch] as const,
          ...["STREAMS", stream, id] as const,
        )
      ),
    );

  const newEntries = async (): Promise<Entry[]> => {
    blocked = true;
    try {
      return entriesOf(
        await ask(({ redis }) =>
          redis.xreadgroup(
            ...["GROUP", group, consumer] as const,
            ...["COUNT", batch, "BLOCK", blockMs] as const,
            ...["STREAMS", stream, ">"] as const,
          )
        ),
      );
    } finally {
      blocked = false;
    }
  };

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
      const page = await pendingAfter(from);
      const last = page.at(-1)?.[0];
      // A drain that was asked for meanwhile starts again from the beginning.
      if (drainFrom === from) drainFrom = last ?? null;
      draining = drainFrom !== null;
      const gone = page.filter(([, fields]) => !fields).map(([id]) => id);
      if (gone.length > 0) await reportTrimmed(place, gone);
      handOn(page.filter(([id]) => isNew(id)), true);
    });

  const readNew = async () => {
    const entries = await newEntries();
    handOn(entries, false);
    newest = entries.at(-1)?.[0] ?? newest;
  };

  /** While there is no room for a batch, a ping tells whether we could read. */
  const rest = async () => {
    await queue.changed(blockMs);
    if (!queue.hasRoom && !stopping) await ask(({ redis }) => redis.ping());
  };

  const step = (): Promise<void> => {
    if (!queue.hasRoom) return rest();
    return drainFrom === null ? readNew() : drainPage(drainFrom);
  };

  const startDrain = () => {
    drainFrom = "0";
    draining = true;
  };

  const mend = async (error: unknown, failures: number) => {
    if (isFatal(error)) throw error;
    if (isGroupGone(error) && connection) {
      leases.forget();
      repeatedTo = newest;
      const failed = await mendGroup(connection.redis).catch((e) => e);
      if (!failed) return;
    }
    if (error instanceof DeadlineError || !connection?.usable) {
      if (connection) lostBecause = (error as Error).message;
      connection?.redis.disconnect();
      connection = undefined;
      // The reply that was cut off may have held messages: they are pending with us now.
      startDrain();
    }
    await queue.changed(retryDelay(failures));
  };

  const loop = async () => {
    let failures = 0;
    while (!stopping) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        if (!stopping) await mend(error, ++failures);
      }
    }
  };

  return {
    get lastReadAt() {
      return lastReadAt;
    },
    get draining() {
      return draining;
    },
    run: () => running = loop(),
    drain() {
      startDrain();
      if (blocked) connection?.interrupt(commands);
    },
    async stop() {
      stopping = true;
      // Made to return rather than cut off: the server could still serve a read that was cut.
      if (blocked) connection?.interrupt(commands);
      const cut = setTimeout(() => stop.abort(), 500);
      await running.catch(() => {}); // `run` has told it
      clearTimeout(cut);
      stop.abort();
    },
  };
}

const entriesOf = (reply: unknown): Entry[] =>
  (reply as [stream: string, entries: Entry[]][] | null)?.[0]?.[1] ?? [];

/** A key of another type, or a login that Redis refuses: someone has to change something. */
const isFatal = (error: unknown): boolean =>
  error instanceof Error &&
  /^(WRONGTYPE|NOPERM|NOAUTH|WRONGPASS) /.test(error.message);
