/** Looks at the actors' status while somebody watches, and tells only what changed. */
import type { Status } from "../host/services.ts";
import { signalStatus } from "../pages/watchlist/watchlist_page.ts";
import { sleep } from "../wait.ts";
import { eventMessage } from "./event_stream.ts";

export interface StatusFollower {
  /** The newest message; undefined before the first look. */
  readonly message: Uint8Array | undefined;
  stop(): void;
}

/** Looks now, and again `everyMs` after each look has ended. */
export function followStatus(
  status: Pick<Status, "actors">,
  everyMs: number,
  tell: (message: Uint8Array) => void,
  failed: (error: unknown) => void,
): StatusFollower {
  const stopping = new AbortController();
  const { signal } = stopping;
  let last = "";
  let message: Uint8Array | undefined;

  async function look(): Promise<void> {
    const list = (await status.actors()).map(signalStatus);
    const text = JSON.stringify(list);
    if (signal.aborted || text === last) return;
    last = text;
    message = eventMessage("status", list);
    tell(message);
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await look().catch(failed);
      await sleep(everyMs, signal).catch(() => {});
    }
  }

  follow();
  return {
    get message() {
      return message;
    },
    stop: () => stopping.abort(),
  };
}
