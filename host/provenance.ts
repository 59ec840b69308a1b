/** Where the newest value of a symbol comes from, or why there is none. */
import type { DeadLetterStore, OpenLetter } from "../db/dead_letters.ts";
import type { EventTraces, StoredTrace } from "../db/event_traces.ts";
import type { SymbolScans } from "../db/symbol_scans.ts";
import type { Value } from "../engine/actor.ts";
import type { ActorStatus, SymbolState } from "../engine/status.ts";
import { recordEveryMs } from "../engine/trace_recorder.ts";
import { sleep } from "../wait.ts";
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

export interface ProvenanceParts {
  readonly services: {
    readonly values: Services["values"];
    readonly status: Pick<Services["status"], "actors">;
  };
  readonly scans: Pick<SymbolScans, "ofSymbol" | "one">;
  readonly traces: Pick<EventTraces, "of">;
  readonly deadLetters: Pick<DeadLetterStore, "newestOf">;
}

/** How long a history is waited for. */
export const patienceMs = 2_500;

export function createProvenance(parts: ProvenanceParts) {
  const heardAt = new Map<string, number>();
  const nameOf = (actor: string, symbol: string) => `${actor} ${symbol}`;
  parts.services.values.onChange(({ actor, value: { symbol } }) =>
    void heardAt.set(nameOf(actor, symbol), performance.now())
  );
  const provenances = (
    actors: readonly string[],
    symbol: string,
    latest: ReadonlyMap<string, Value> = new Map(),
  ) =>
    provenancesOf(
      parts,
      actors,
      symbol,
      latest,
      (actor) => heardAt.get(nameOf(actor, symbol)),
    );
  return {
    /** Tells where the newest value of a symbol comes from. */
    provenance: async (actor: string, symbol: string): Promise<Provenance> =>
      (await provenances([actor], symbol))[0]!,
    /**
     * The same of several actors, in their order, with as few questions to the database as of one. Latest values
     * that were read just before may be given, by actor.
     */
    provenances,
  };
}

/** @param heardAt when the value of an actor has changed, by `performance.now`, if that was heard */
async function provenancesOf(
  { services, scans, traces, deadLetters }: ProvenanceParts,
  actors: readonly string[],
  symbol: string,
  latest: ReadonlyMap<string, Value>,
  heardAt: (actor: string) => number | undefined,
): Promise<Provenance[]> {
  // Before the traces: one that is older than its value is on its way.
  const values = await Promise.all(
    actors.map((actor) =>
      latest.get(actor) ?? newestValue(services.values, actor, symbol)
    ),
  );
  const [newest, states, letters, statuses] = await Promise.all([
    traces.of(actors, symbol),
    scans.ofSymbol(actors, symbol),
    deadLetters.newestOf(actors, symbol),
    services.status.actors(),
  ]);
  return await Promise.all(actors.map(async (actor, i) => {
    const [value, trace = null] = [values[i]!, newest.get(actor)];
    const isWritten = !value || trace && trace.at >= value.at;
    return await provenanceOf(scans, {
      actor,
      symbol,
      value,
      newest: isWritten
        ? trace
        : await traceSoon(traces, actor, symbol, heardAt(actor)) ?? trace,
      last_scan: states.get(actor) ?? null,
      letter: letters.get(actor),
      schedule: statuses.find(({ name }) => name === actor)?.schedule,
    });
  }));
}

interface Known extends Pick<Provenance, "symbol" | "value" | "last_scan"> {
  readonly actor: string;
  /** Of the newest event that is stored. */
  readonly newest: StoredTrace | null;
  readonly letter: OpenLetter | undefined;
  readonly schedule: ActorStatus["schedule"] | undefined;
}

async function provenanceOf(
  scans: ProvenanceParts["scans"],
  { actor, symbol, value, newest, last_scan, letter, schedule }: Known,
): Promise<Provenance> {
  // A trace that is newer than the value belongs to one that is set in a moment.
  const trace = newest && value?.at === newest.at ? newest : null;
  const { trace_id: scan_id = null } = trace ?? {};
  const scan = scan_id ? await scans.one(actor, symbol, scan_id) : null;
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

/** A value's trace may be written a moment after it; null if the value has come longer ago. */
async function traceSoon(
  traces: ProvenanceParts["traces"],
  actor: string,
  symbol: string,
  heardAt = -Infinity,
): Promise<StoredTrace | null> {
  const leftMs = heardAt + recordEveryMs + 50 - performance.now();
  if (leftMs <= 0) return null;
  await sleep(leftMs);
  return (await traces.of([actor], symbol)).get(actor) ?? null;
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

/** The newer one of the failures of scan and handling; what was stored after a letter failed speaks for it. */
function lastFailure(
  scan: SymbolState | null,
  letter: OpenLetter | undefined,
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

const isoOf = (at: Date | null | undefined): string | null =>
  at?.toISOString() ?? null;
