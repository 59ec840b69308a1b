/** Where values come from: the way of an event, put together from what each of its stages has recorded. */
import type { PendingMessage, StoredMessage } from "../broker/broker.ts";
import type { DeadLetter, DeadLetterStore } from "../db/dead_letters.ts";
import type { EventTraces, StoredTrace } from "../db/event_traces.ts";
import type { PastScan, SymbolScans } from "../db/symbol_scans.ts";
import type { Value } from "../engine/actor.ts";
import { explain } from "../engine/log.ts";
import type { SymbolState } from "../engine/status.ts";
import { traceIdOf } from "../engine/trace.ts";
import { recordEveryMs } from "../engine/trace_recorder.ts";
import { sleep } from "../wait.ts";
import { searchStream } from "./search_stream.ts";
import { readableLatest, type Services } from "./services.ts";

/** Where the newest value of a symbol comes from; times in RFC 3339 UTC, null where it is not known. */
export interface Provenance {
  readonly signal: string;
  readonly symbol: string;
  readonly value: Value | null;
  /** Market time of the value. */
  readonly at: string | null;
  readonly event_id: string | null;
  readonly slot: string | null;
  readonly scan_id: string | null;
  /** When the scan that brought it began to ask the market. */
  readonly scanned_at: string | null;
  /** What that scan asked the market. */
  readonly market_calls: SymbolState["market_calls"];
  readonly published_at: string | null;
  readonly position: string | null;
  readonly delivered_at: string | null;
  readonly attempts: number | null;
  readonly stored_at: string | null;
  readonly trace_id: string | null;
  /** The consumer that stored it. */
  readonly host: string | null;
  readonly next_scan: string | null;
  /** Of the last scan or handling of the symbol; null if that was well. */
  readonly last_error: string | null;
  /** Why there is no value, or why its way is not known; null if both are there. */
  readonly reason: string | null;
  readonly last_scan: SymbolState | null;
  /** The id of the dead letter of this symbol that failed last, if it waits for somebody. */
  readonly dead_letter: string | null;
}

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

interface Parts {
  readonly services: {
    readonly values: Services["values"];
    readonly status: Pick<Services["status"], "actors">;
    readonly streams: () => Services["streams"];
  };
  readonly scans: Pick<SymbolScans, "of" | "one">;
  readonly traces: Pick<EventTraces, "of" | "at" | "byId">;
  readonly deadLetters: Pick<
    DeadLetterStore,
    "get" | "idAt" | "ofEvent" | "newestOf"
  >;
}

export type EventWays = ReturnType<typeof createEventWays>;

/** How long a history is waited for. */
const patienceMs = 2_500;

export function createEventWays(parts: Parts) {
  return {
    provenance: (actor: string, symbol: string) =>
      provenanceOf(parts, actor, symbol),
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
      const trace = await parts.traces.of(actor, symbol);
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

async function provenanceOf(
  { services, scans, traces, deadLetters }: Parts,
  actor: string,
  symbol: string,
): Promise<Provenance> {
  const value = await newestValue(services.values, actor, symbol);
  const [newest, states, statuses, letter] = await Promise.all([
    traceOf(traces, actor, symbol, value),
    scans.of(actor, [symbol]),
    services.status.actors(),
    deadLetters.newestOf(actor, symbol),
  ]);
  // A trace that is newer than the value belongs to one that is set in a moment.
  const trace = newest && value?.at === newest.at ? newest : null;
  const last_scan = states.get(symbol) ?? null;
  const { trace_id: scan_id = null } = trace ?? {};
  const scan = scan_id ? await scans.one(actor, symbol, scan_id) : null;
  const schedule = statuses.find(({ name }) => name === actor)?.schedule;
  const failed = lastFailure(last_scan, letter, newest);
  return {
    signal: actor,
    symbol,
    value,
    at: value?.at ?? null,
    event_id: trace?.event_id ?? null,
    slot: isoOf(scan?.slot),
    scan_id,
    scanned_at: isoOf(scan?.started_at),
    market_calls: scan?.market_calls ?? null,
    published_at: isoOf(trace?.published_at),
    position: trace?.position ?? null,
    delivered_at: isoOf(trace?.delivered_at),
    attempts: trace?.attempts ?? null,
    stored_at: isoOf(trace?.stored_at),
    trace_id: scan_id,
    host: trace?.host ?? null,
    next_scan: last_scan?.next_at ?? schedule?.next ?? null,
    last_error: failed,
    reason: reasonOf(value, trace, last_scan, failed),
    last_scan,
    // One that is on its way again is told how that ends a moment after its value is set.
    dead_letter: letter && letter.state !== "redriving" ? letter.id : null,
  };
}

/** Of the value: its trace may be written a moment after it. */
async function traceOf(
  traces: Parts["traces"],
  actor: string,
  symbol: string,
  value: Value | null,
): Promise<StoredTrace | null> {
  const trace = await traces.of(actor, symbol);
  if (!value || trace && trace.at >= value.at) return trace;
  await sleep(recordEveryMs + 50);
  return await traces.of(actor, symbol);
}

/** What is cached, or what the history holds, where the cache was lost. */
async function newestValue(
  values: Services["values"],
  actor: string,
  symbol: string,
): Promise<Value | null> {
  const cached = (await readableLatest(values, actor, [symbol])).get(symbol);
  if (cached) return cached;
  const asked = values.history(actor, { symbol, limit: 1 }, patienceMs);
  return (await asked.catch(() => [])).at(-1) ?? null;
}

type Letter = Awaited<ReturnType<Parts["deadLetters"]["newestOf"]>>;

/** The newer one of the failures of scan and handling; what was stored after a letter failed speaks for it. */
function lastFailure(
  scan: SymbolState | null,
  letter: Letter,
  stored: StoredTrace | null,
): string | null {
  const lettered = letter && !(stored && stored.stored_at > letter.failed_at);
  const failedScan = scan && scan.outcome !== "ok" ? scan : null;
  if (!lettered) return failedScan?.error ?? null;
  const scanIsNewer = failedScan &&
    Date.parse(failedScan.tried_at) > letter.failed_at.getTime();
  return scanIsNewer ? failedScan.error : letter.error;
}

function reasonOf(
  value: Value | null,
  trace: StoredTrace | null,
  scan: SymbolState | null,
  failed: string | null,
): string | null {
  if (value && trace) return null;
  if (value) return "how this value came was not recorded";
  if (failed) return failed;
  return scan
    ? "the market told nothing of it at the last scan"
    : "it was not scanned yet";
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

const isoOf = (at: Date | null | undefined): string | null =>
  at?.toISOString() ?? null;
