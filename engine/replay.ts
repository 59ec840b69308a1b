/** The course of a replay, as it is told to people, and what fails in it. */
import type { DeadLetterLedger, NewDeadLetter, Reason } from "./dead_letter.ts";
import type { AskOptions } from "./isolate.ts";
import { explain } from "./log.ts";
import type { Requests, WindowEnd } from "./protocol.ts";
import type { ReplayOutcome, ReplayStatus } from "./status.ts";

export interface ReplayWindow {
  readonly from?: Date | string;
  readonly to?: Date | string;
}

type Run = (
  window: Requests["replay"],
  options: AskOptions,
) => Promise<ReplayOutcome>;

/** Starts a replay and tells each new status; returns the first one at once. */
export function startReplay(
  { from, to }: ReplayWindow,
  run: Run,
  onStatus: (status: ReplayStatus) => void,
): ReplayStatus {
  let status: ReplayStatus = {
    id: crypto.randomUUID(),
    state: "running",
    from: shown(from),
    to: shown(to),
    done: 0,
    failed: 0,
    failures: [],
    total: null,
    started_at: new Date().toISOString(),
    finished_at: null,
    error: null,
  };
  const tell = (change: Partial<ReplayStatus>) =>
    onStatus(status = { ...status, ...change });
  const finish = (change: Partial<ReplayStatus>) =>
    tell({ ...change, finished_at: new Date().toISOString() });
  const window = {
    ...(from === undefined ? {} : { from: posted(from) }),
    ...(to === undefined ? {} : { to: posted(to) }),
  };
  const onProgress: AskOptions["onProgress"] = ({ done, total, failed }) =>
    tell({ done, total, failed });
  run(window, { onProgress }).then(
    (outcome) => finish({ ...outcome, state: "done" }),
    (error) => finish({ state: "failed", error: explain(error) }),
  );
  return status;
}

function posted(end: Date | string): WindowEnd {
  return typeof end === "string" ? end : end.getTime();
}

function shown(end: Date | string | undefined): string | null {
  if (end === undefined) return null;
  return typeof end === "string" ? end : end.toISOString();
}

const told = 5;

/** What failed in a replay so far. */
export type Failed = Pick<ReplayOutcome, "failed" | "failures">;

/**
 * The dead letters as a replay sees them: those that it meets are tried again, and each that fails is
 * counted. Only what killed its isolate is left alone, and has failed: it would end this replay as well.
 */
export function countFailures(ledger: DeadLetterLedger, run: string) {
  const lettered = new Set<string>();
  const failures: ReplayOutcome["failures"] = [];
  /** Positions: a batch may come twice, where something in it was left for later. */
  const failed = new Set<string>();
  const count = (letters: readonly Counted[]) => {
    const fresh = letters.filter(({ position }) => !failed.has(position));
    for (const { position } of fresh) failed.add(position);
    failures.push(...fresh.slice(0, told - failures.length).map(failureOf));
  };
  const replayed: DeadLetterLedger = {
    async add(letters) {
      await ledger.add(letters.map((letter) => ({ ...letter, run })));
      count(letters);
    },
    async known(topic, positions) {
      const known = await ledger.known(topic, positions);
      for (const position of known.keys()) lettered.add(position);
      const killers = [...known].filter(([, reason]) => reason === killer);
      count(killers.map(([position]) => ({ position, ...killed })));
      return new Map(killers);
    },
    handled: (topic, deliveries) =>
      ledger.handled(topic, deliveries, { run, positions: lettered }),
  };
  const soFar = (): Failed => ({ failed: failed.size, failures });
  return { ledger: replayed, soFar };
}

const killer: Reason = "killed-its-isolate";
const killed = {
  reason: killer,
  error: "it is a dead letter that ended its isolate: redrive it when mended",
};

type Counted =
  & Pick<NewDeadLetter, "position" | "reason" | "error">
  & Partial<Pick<NewDeadLetter, "message">>;

function failureOf({ position, reason, error, message }: Counted) {
  return {
    position,
    event_id: message?.attributes.id ?? null,
    reason,
    error: error.slice(0, 500),
  };
}
