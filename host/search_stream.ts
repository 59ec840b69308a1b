/** Looks for events in a stream, page by page, and says how far it has looked. */
import type { ReadOptions, StoredMessage } from "../broker/broker.ts";
import type { Streams } from "./services.ts";

export interface StreamSearch {
  /** Both ends belong to it. */
  readonly from?: Date | string | undefined;
  readonly to?: Date | string | undefined;
  /** The newest first, of what stands before this; it takes the place of `to`. */
  readonly before?: Date | string | undefined;
  /** The oldest first, of what stands after this; it takes the place of `from`. */
  readonly after?: Date | string | undefined;
  readonly symbol?: string | undefined;
  /** In the payload or in the event's id; case is ignored. */
  readonly text?: string | undefined;
  readonly limit: number;
  readonly newestFirst: boolean;
}

/** How far a search has come. */
export interface Looked {
  /** When the broker took the oldest and the newest that it has looked at; null if at none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
}

export interface SearchPage {
  readonly events: StoredMessage[];
  readonly looked: Looked;
  /** Where to go on, as `before` or `after`; null if there is nothing more in this direction. */
  readonly next: string | null;
}

/** So much work at most before an answer: it holds nobody up, and who wants more asks again. */
const bounds = { entries: 5_000, ms: 250 };
const chunk = 500;

/** @throws what the broker does with a position that is none of its own */
export async function searchStream(
  streams: Pick<Streams, "read">,
  topic: string,
  asked: StreamSearch,
): Promise<SearchPage> {
  const { limit, newestFirst } = asked;
  const filter = filterOf(asked);
  const began = performance.now();
  const events: StoredMessage[] = [];
  let cursor = newestFirst ? asked.before : asked.after;
  let first: StoredMessage | undefined;
  let last: StoredMessage | undefined;
  let count = 0;
  const page = (more: boolean): SearchPage => {
    const [oldest, newest] = newestFirst ? [last, first] : [first, last];
    const looked = { from: timeOf(oldest), to: timeOf(newest), count };
    return { events, looked, next: more ? last?.position ?? null : null };
  };
  while (true) {
    const most = filter ? chunk : Math.min(limit - events.length, chunk);
    const found = await readBeyond(streams, topic, asked, cursor, most);
    for (const message of found) {
      first ??= message;
      last = message;
      count++;
      if (!filter || filter(message)) events.push(message);
      if (events.length === limit) return page(true);
    }
    if (found.length < most) return page(false);
    if (count >= bounds.entries || performance.now() - began > bounds.ms) {
      return page(true);
    }
    cursor = last!.position;
  }
}

/** The next entries in the direction of reading, without the one at the cursor. */
async function readBeyond(
  streams: Pick<Streams, "read">,
  topic: string,
  { from, to, newestFirst }: StreamSearch,
  cursor: Date | string | undefined,
  most: number,
): Promise<StoredMessage[]> {
  const edge = newestFirst ? "to" : "from";
  const ends: ReadOptions = {
    ...from !== undefined && { from },
    ...to !== undefined && { to },
    newestFirst,
  };
  if (cursor === undefined) {
    return await streams.read(topic, { ...ends, limit: most });
  }
  if (cursor instanceof Date) {
    const beyond = new Date(cursor.getTime() + (newestFirst ? -1 : 1));
    return await streams.read(topic, { ...ends, [edge]: beyond, limit: most });
  }
  const window = { ...ends, [edge]: cursor, limit: most + 1 };
  const found = await streams.read(topic, window);
  // What stood there may have been trimmed meanwhile.
  return found[0]?.position === cursor ? found.slice(1) : found.slice(0, most);
}

function filterOf({ symbol, text }: StreamSearch) {
  if (symbol === undefined && text === undefined) return null;
  const wanted = text?.toLowerCase();
  return ({ key, attributes: { subject, id }, data }: StoredMessage) =>
    (symbol === undefined || key === symbol || subject === symbol) &&
    (wanted === undefined || data.toLowerCase().includes(wanted) ||
      id?.toLowerCase().includes(wanted) === true);
}

const timeOf = (message: StoredMessage | undefined): string | null =>
  message ? new Date(message.storedAt).toISOString() : null;
