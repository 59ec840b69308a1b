/** Acknowledges what was handled, behind the handler's back: it need not wait for the answer. */
import { resolvesWithin } from "../../wait.ts";
import type { Leases } from "./lease.ts";
import type { Place } from "./group.ts";
import { retryDelay } from "../retry_delay.ts";

export interface Acknowledger {
  /** Never rejects: what cannot be sent now is sent again until `stop`. */
  ack(ids: readonly string[]): void;
  /** Resolves when everything is acknowledged, or after `ms`, giving up: it will be delivered again. */
  settle(ms: number): Promise<void>;
}

export function makeAcknowledger(place: Place, leases: Leases): Acknowledger {
  const open = new Set<Promise<void>>();
  let stopped = false;

  const send = async (ids: readonly string[]) => {
    for (let attempt = 1; !stopped; attempt++) {
      try {
        await place.redis.xack(place.stream, place.group, ...ids);
        return leases.release(ids);
      } catch {
        await new Promise((done) => setTimeout(done, retryDelay(attempt)));
      }
    }
  };

  return {
    ack(ids) {
      const sending = send(ids).finally(() => open.delete(sending));
      open.add(sending);
    },
    async settle(ms) {
      await resolvesWithin(Promise.all(open), ms);
      stopped = true;
    },
  };
}
