/** What happened since somebody looked: the journal, and between its lines when no host ran. */
import type { HostRun } from "../db/host_runs.ts";
import type { JournalEntry } from "../db/journal.ts";

const ends = {
  stopped: "was stopped",
  lost: "ended without a word: killed, or its machine was off",
};

/**
 * Of each start whether anything ran before it: if not, Signalbox was down since the last end. Ends are told of
 * where others went on.
 * @param runs oldest first
 */
export function runEntries(given: readonly HostRun[]): JournalEntry[] {
  const runs = given.map((run, i) => replaced(run, given.slice(i + 1)));
  const entries: JournalEntry[] = [];
  let last: HostRun | undefined;
  for (const run of runs) {
    if (last?.end && last.ended_at < run.started_at) {
      entries.push(down(last, run));
    } else {
      const detail = last ? "started beside another host" : "started";
      entries.push(entry("host-started", run, detail, run.started_at));
    }
    if (!last || run.ended_at >= last.ended_at) last = run;
  }
  for (const run of runs) {
    if (run.end === null || !othersRan(runs, run)) continue;
    entries.push(entry(`host-${run.end}`, run, ends[run.end], run.ended_at));
  }
  return entries;
}

/** A name is one process's: whoever has it now says that the last one has ended, before its silence does. */
function replaced(run: HostRun, later: readonly HostRun[]): HostRun {
  const isTaken = later.some(({ host }) => host === run.host);
  return run.end === null && isTaken ? { ...run, end: "lost" } : run;
}

/** True if another host ran when this one ended. */
function othersRan(runs: readonly HostRun[], { ended_at }: HostRun): boolean {
  return runs.some((other) =>
    other.started_at <= ended_at &&
    (other.end === null || other.ended_at > ended_at)
  );
}

function down(last: HostRun, next: HostRun): JournalEntry {
  const detail = `no host ran: ${last.host} ${ends[last.end!]}; ` +
    `${next.host} started`;
  return {
    ...entry("down", last, detail, last.ended_at),
    host: null,
    until: next.started_at,
  };
}

const entry = (
  kind: string,
  { host }: HostRun,
  detail: string,
  at: Date,
): JournalEntry => (
  { kind, actor: null, host, detail, at, until: null, count: 1 }
);

/** Both lists as one: newest first, without what ended before `since`. */
export function merged(
  entries: readonly JournalEntry[],
  runs: readonly HostRun[],
  since: Date | null,
  limit: number,
): JournalEntry[] {
  const ended = ({ at, until }: JournalEntry) => (until ?? at).getTime();
  const from = since?.getTime() ?? -Infinity;
  return [...entries, ...runEntries(runs)]
    .filter((one) => ended(one) > from)
    .sort((a, b) => ended(b) - ended(a))
    .slice(0, limit);
}
