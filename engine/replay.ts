/** The course of a replay, as it is told to people. */
import type { AskOptions } from "./isolate.ts";
import { explain } from "./log.ts";
import type { Requests, WindowEnd } from "./protocol.ts";
import type { ReplayStatus } from "./status.ts";

export interface ReplayWindow {
  readonly from?: Date | string;
  readonly to?: Date | string;
}

type Run = (
  window: Requests["replay"],
  options: AskOptions,
) => Promise<number>;

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
  run(window, { onProgress: (done, total) => tell({ done, total }) }).then(
    (done) => finish({ state: "done", done }),
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
