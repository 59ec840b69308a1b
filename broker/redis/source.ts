/** What a reader asks of Redis, over a connection of its own that is made again when it is lost. */
import { DeadlineError } from "../../wait.ts";
import type { Entry } from "./entry.ts";
import { ensureGroup, type Place } from "./group.ts";
import { openReadConnection, type ReadConnection } from "./read_connection.ts";

/** A finite BLOCK, so that a read that never ends is known to be dead … */
export const blockMs = 2000;
/** … by this much later. */
const graceMs = 3000;

export interface Source {
  /** When the last answer came; a health check of the very connection that reads. */
  readonly lastReadAt: number;
  /** Entries that are pending with us, after this id; deleted ones have no fields. */
  pendingAfter(id: string): Promise<Entry[]>;
  /** Entries that nobody in the group has had; empty after 2 s without one. */
  newEntries(): Promise<Entry[]>;
  ping(): Promise<void>;
  /** Makes the group again; true if it was not there. */
  ensureGroup(): Promise<boolean>;
  /** Ends a blocked read early. */
  wake(): void;
  /** After an error: gives the connection up if it is of no more use, and says whether it was. */
  giveUp(error: unknown): boolean;
  /** Cuts whatever still waits. */
  close(): void;
}

export function makeSource(url: string, place: Place, batch: number): Source {
  const { redis: commands, stream, group, consumer } = place;
  const closing = new AbortController();
  let connection: ReadConnection | undefined;
  let hasGroup = false;
  let lostBecause = "";
  let blocked = false;
  let lastReadAt = Date.now();

  const connect = async (): Promise<ReadConnection> => {
    if (connection) return connection;
    const name = `${group}:${consumer}`;
    connection = await openReadConnection(url, name, closing.signal);
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

  return {
    get lastReadAt() {
      return lastReadAt;
    },
    pendingAfter: async (id) =>
      entriesOf(
        await ask(({ redis }) =>
          redis.xreadgroup(
            ...["GROUP", group, consumer, "COUNT", batch] as const,
            ...["STREAMS", stream, id] as const,
          )
        ),
      ),
    async newEntries() {
      blocked = true;
      const read = ask(({ redis }) =>
        redis.xreadgroup(
          ...["GROUP", group, consumer, "COUNT", batch] as const,
          ...["BLOCK", blockMs, "STREAMS", stream, ">"] as const,
        )
      );
      return entriesOf(await read.finally(() => blocked = false));
    },
    ping: async () => void await ask(({ redis }) => redis.ping()),
    ensureGroup: () => ask(({ redis }) => ensureGroup(redis, place)),
    wake() {
      if (blocked) connection?.interrupt(commands);
    },
    giveUp(error) {
      if (connection?.usable && !(error instanceof DeadlineError)) return false;
      if (connection) lostBecause = (error as Error).message;
      connection?.close();
      connection = undefined;
      return true;
    },
    close: () => closing.abort(),
  };
}

const entriesOf = (reply: unknown): Entry[] =>
  (reply as [stream: string, entries: Entry[]][] | null)?.[0]?.[1] ?? [];
