/** Who calls the market, and how the quota is shared among them. */
import type { Caller } from "../db/rate_limit.ts";
import type { ScanCaller } from "../engine/protocol.ts";

/** A person who searches is answered soon or not at all, and a crowd of them takes a quarter at most. */
export const searching: Caller = {
  name: "search",
  weight: 16,
  share: 0.25,
  patienceMs: 2_000,
};

/** Whether there is such a symbol. */
export const adding: Caller = { name: "add", weight: 8, patienceMs: 3_000 };

/** What is still open about symbols that are watched already, as their names: whenever nobody else calls. */
export const confirming: Caller = {
  name: "confirm",
  weight: 0.2,
  background: true,
};

/**
 * A scan in its actor's turn, or before it: who waits at a page comes first, then a new row that is empty.
 * @param weight of the actor
 */
export function scanning(
  by: ScanCaller,
  actor: string,
  weight: number,
): Caller {
  switch (by) {
    case "person":
      return { name: "person", weight: 16 };
    case "new-symbol":
      return { name: "new-symbol", weight: 4 };
    case "schedule":
      return { name: `actor:${actor}`, weight, background: true };
  }
}
