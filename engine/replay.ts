/** The course of a replay, as it is told to people. */
import type { Request, WindowEnd } from "./protocol.ts";
import type { ReplayStatus, ScanResult } from "../host/services.ts";
import { explain } from "./log.ts";

export interface ReplayWindow {
  readonly from?: Date | string;
  readonly to?: Date | string;
}

type Run = (
  request: Request,
  onProgress: (done: number, total: number | null) => void,
) => Promise<ScanResult | number>;

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
    startedAt: new Date().toISOString(),
    finishedAt: null,
    error: null,
  };
  const tell = (change: Partial<ReplayStatus>) =>
    onStatus(status = { ...status, ...change });
  const finish = (change: Partial<ReplayStatus>) =>
    tell({ ...change, finishedAt: new Date().toISOString() });
  const request: Request = {
    kind: "replay",
    ...(from === undefined ? {} : { from: posted(from) }),
    ...(to === undefined ? {} : { to: posted(to) }),
  };
  run(request, (done, total) => tell({ done, total })).then(
    (done) => finish({ state: "done", done: done as number }),
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
