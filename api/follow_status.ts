/** Looks at the actors' status while somebody watches, and tells only what changed. */
import { signalStatus } from "../pages/watchlist/cell.ts";
import type { Services } from "../host/services.ts";
import { eventMessage } from "./event_stream.ts";

export interface StatusFollower {
  /** The newest message; undefined before the first look. */
  readonly message: Uint8Array | undefined;
  stop(): void;
}

/** Looks now, and again `everyMs` after each look has ended. */
export function followStatus(
  services: Pick<Services, "status">,
  everyMs: number,
  tell: (message: Uint8Array) => void,
  failed: (error: unknown) => void,
): StatusFollower {
  let following = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  let message: Uint8Array | undefined;

  async function look(): Promise<void> {
    const list = (await services.status()).map(signalStatus);
    const text = JSON.stringify(list);
    if (!following || text === last) return;
    last = text;
    message = eventMessage("status", list);
    tell(message);
  }

  async function lookAgain(): Promise<void> {
    await look().catch(failed);
    if (following) timer = setTimeout(lookAgain, everyMs);
  }

  lookAgain();
  return {
    get message() {
      return message;
    },
    stop() {
      following = false;
      clearTimeout(timer);
    },
  };
}
