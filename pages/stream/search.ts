/** What the page of a stream is asked for by its address, and what is found. */
import {
  BrokerUnavailableError,
  type StoredMessage,
} from "../../broker/broker.ts";
import {
  type Looked,
  searchStream,
  type StreamSearch,
} from "../../host/search_stream.ts";
import { NotReadyError, type Streams } from "../../host/services.ts";
import { parseSymbol } from "../../market/market.ts";
import { messageOf } from "../../ui/client.ts";

export interface Found {
  /** Newest first. */
  readonly events: readonly StoredMessage[];
  readonly looked: Looked;
  /** Where older ones are, and newer ones; null: there are none. */
  readonly before: string | null;
  readonly after: string | null;
  readonly complaint?: string;
}

export type Asked = Omit<StreamSearch, "limit" | "newestFirst"> & {
  /** Why a part of the address counts for nothing. */
  readonly complaint?: string;
};

const pageSize = 50;

/** Of the address; what is left empty does not count. */
export function askedOf(query: URLSearchParams): Asked {
  const text = (name: string) => (query.get(name) ?? "").trim() || undefined;
  const cursors = { before: text("before"), after: text("after") };
  const said = text("symbol");
  const symbol = said && parseSymbol(said);
  const asked = { ...cursors, text: text("text") };
  if (said && !symbol) {
    return { ...asked, complaint: `"${said}" is no symbol.` };
  }
  try {
    const ends = {
      from: instantOf(text("from") ?? ""),
      to: instantOf(text("to") ?? ""),
    };
    return { ...asked, ...ends, symbol: symbol ?? undefined };
  } catch (error) {
    return { ...asked, complaint: messageOf(error) };
  }
}

/** `datetime-local` says no zone: the form says that it is UTC. @throws {TypeError} for what is no time */
export function instantOf(text: string): Date | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const at = new Date(
    /Z$|[+-]\d\d:\d\d$/i.test(trimmed) ? trimmed : `${trimmed}Z`,
  );
  if (Number.isNaN(at.getTime())) {
    throw new TypeError(`"${trimmed}" is not a time: write 2026-01-31T14:30`);
  }
  return at;
}

/** Newest first, or, if `after` is given, those that follow it. A position that is none of the stream's finds nothing. */
export async function findEvents(
  streams: Pick<Streams, "read">,
  actor: string,
  { complaint: _, ...asked }: Asked,
): Promise<Found> {
  const newestFirst = asked.after === undefined;
  const search = { ...asked, limit: pageSize, newestFirst };
  try {
    const { events, looked, next } = await searchStream(streams, actor, search);
    if (newestFirst) {
      const after = asked.before === undefined
        ? null
        : events[0]?.position ?? String(asked.before);
      return { events, looked, before: next, after };
    }
    const before = events[0]?.position ?? String(asked.after);
    return { events: events.toReversed(), looked, before, after: next };
  } catch (error) {
    if (error instanceof BrokerUnavailableError) throw error;
    if (error instanceof NotReadyError) throw error;
    const looked = { from: null, to: null, count: 0 };
    const complaint = `The stream cannot be searched so: ${messageOf(error)}`;
    return { events: [], looked, before: null, after: null, complaint };
  }
}
