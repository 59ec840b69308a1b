/** The way of an event, put together from what each of its stages has recorded. */
import type { PendingMessage, StoredMessage } from "../broker/broker.ts";
import type { DeadLetter, DeadLetterStore } from "../db/dead_letters.ts";
import type { EventTraces, StoredTrace } from "../db/event_traces.ts";
import type { PastScan } from "../db/symbol_scans.ts";
import type { Value } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import { traceIdOf } from "../engine/trace.ts";
import { searchStream } from "./search_stream.ts";
import {
  createProvenance,
  patienceMs,
  type ProvenanceParts,
} from "./provenance.ts";
import type { Services } from "./services.ts";

/** What is known of one event; what is null was never there, or is not kept any more. */
export interface EventWay {
  readonly signal: string;
  readonly position: string;
  /** Null if the stream does not hold it any more. */
  readonly entry: StoredMessage | null;
  readonly event_id: string | null;
  readonly symbol: string | null;
  /** Market time. */
  readonly at: string | null;
  readonly trace_id: string | null;
  readonly published_at: string | null;
  readonly scan: PastScan | null;
  /** How it was stored: kept of the newest event of each symbol. */
  readonly stored: StoredTrace | null;
  readonly pending: PendingMessage | null;
  readonly letter: DeadLetter | null;
  /** The actor's rows of that symbol at that time, or why they cannot be read. */
  readonly rows: readonly Value[] | string;
}

/** What an event is known by to whoever sees its value; `id` where several are of one time. */
export interface Moment {
  readonly symbol: string;
  /** Market time, RFC 3339 UTC. */
  readonly at: string;
  readonly id?: string | undefined;
}

/** What the stages have recorded. */
interface Parts extends ProvenanceParts {
  readonly services: ProvenanceParts["services"] & {
    readonly streams: () => Services["streams"];
  };
  readonly traces: ProvenanceParts["traces"] & Pick<EventTraces, "at" | "byId">;
  readonly deadLetters:
    & ProvenanceParts["deadLetters"]
    & Pick<DeadLetterStore, "get" | "idAt" | "ofEvent">;
}

export type EventWays = ReturnType<typeof createEventWays>;

export function createEventWays(parts: Parts) {
  return {
    ...createProvenance(parts),
    /**
     * What is known of the event at a position; null if nothing is.
     * @throws what the broker does with a position that is none of its own
     */
    way: (actor: string, position: string) => wayOf(parts, actor, position),
    /** The position of an event by its id: the newest value's, a dead letter's, or one late in the stream. */
    async find(actor: string, id: string): Promise<string | null> {
      const trace = await parts.traces.byId(actor, id);
      if (trace) return trace.position;
      const letter = await parts.deadLetters.ofEvent(actor, id);
      if (letter) {
        return (await parts.deadLetters.get(letter))?.position ?? null;
      }
      const { events } = await searchStream(parts.services.streams(), actor, {
        text: id,
        limit: 100,
        newestFirst: true,
      });
      const found = events.find(({ attributes }) => attributes.id === id);
      return found?.position ?? null;
    },
    /** The position of the event of a symbol and market time, if the stream still holds it or it is the newest. */
    async findAt(actor: string, { symbol, at, id }: Moment) {
      const trace = (await parts.traces.of([actor], symbol)).get(actor);
      const isIt = (time: string | undefined, its: string | undefined) =>
        Date.parse(time ?? "") === Date.parse(at) && (!id || id === its);
      if (trace && isIt(trace.at, trace.event_id)) return trace.position;
      // It was published after it was so, mostly soon; clocks differ a little.
      const from = new Date(Date.parse(at) - 60_000);
      const { events } = await searchStream(parts.services.streams(), actor, {
        from,
        symbol,
        limit: 500,
        newestFirst: false,
      });
      const found = events.find(({ attributes }) =>
        isIt(attributes.time, attributes.id)
      );
      return found?.position ?? null;
    },
    /** What the history holds of a symbol and market time, or why that cannot be read. */
    rowsAt: (actor: string, { symbol, at }: Moment) =>
      rowsAt(parts.services.values, actor, symbol, at),
  };
}

async function wayOf(
  { services, scans, traces, deadLetters }: Parts,
  actor: string,
  position: string,
): Promise<EventWay | null> {
  const streams = services.streams();
  const window = { from: position, to: position, limit: 1 };
  const [[read], stored, id] = await Promise.all([
    streams.read(actor, window),
    traces.at(actor, position),
    deadLetters.idAt(actor, position),
  ]);
  // A part of a position may stand for a range.
  const entry = read?.position === position ? read : null;
  const letter = id ? await deadLetters.get(id) : null;
  if (!entry && !stored && !letter) return null;
  const message = entry ?? letter?.message ?? null;
  const { attributes } = message ?? {};
  const symbol = attributes?.subject ?? message?.key ?? stored?.symbol ?? null;
  const at = stored?.at ?? instantOf(attributes?.time);
  const trace_id = stored?.trace_id ?? traceIdOf(attributes?.traceparent);
  const [scan, pending, rows] = await Promise.all([
    symbol && trace_id ? scans.one(actor, symbol, trace_id) : null,
    entry ? pendingAt(streams, actor, position) : null,
    symbol && at ? rowsAt(services.values, actor, symbol, at) : [],
  ]);
  const published = entry?.storedAt ?? stored?.published_at.getTime();
  return {
    signal: actor,
    position,
    entry,
    event_id: attributes?.id ?? stored?.event_id ?? null,
    symbol,
    at,
    trace_id,
    published_at: published === undefined
      ? null
      : new Date(published).toISOString(),
    scan,
    stored,
    pending,
    letter,
    rows,
  };
}

/** Of those that have waited longest; of others it is not known. */
const mostPending = 1_000;

async function pendingAt(
  streams: Services["streams"],
  actor: string,
  position: string,
): Promise<PendingMessage | null> {
  const pending = await streams.pending(actor, actor, mostPending);
  return pending.find((one) => one.position === position) ?? null;
}

async function rowsAt(
  values: Services["values"],
  actor: string,
  symbol: string,
  at: string,
): Promise<readonly Value[] | string> {
  try {
    const query = { symbol, from: at, to: at, limit: 10 };
    return await values.history(actor, query, patienceMs);
  } catch (error) {
    return explain(error);
  }
}

/** Of the years that an actor's history can be asked for; null for what is no time. */
function instantOf(text: string | undefined): string | null {
  const ms = Date.parse(text ?? "");
  const iso = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  return /^(?!0000)\d{4}-/.test(iso) ? iso : null;
}
