/** What `/api/events?render=cell` sends to the dashboard: types only, so that islands may import them. */
import type { LatestValue } from "../engine/actor.ts";
import type { ActorStatus } from "../host/services.ts";

/** The data of `event: latest`. */
export interface CellUpdate {
  readonly signal: string;
  readonly symbol: string;
  readonly at: string;
  readonly value: LatestValue;
  /** The cell, drawn and escaped by `drawCell`. */
  readonly html: string;
}

/** The data of `event: status` is a list of these, one for each actor. */
export interface SignalStatus {
  readonly name: string;
  readonly title: string;
  readonly state: ActorStatus["state"];
  /** RFC 3339 UTC. */
  readonly next: string | null;
  readonly last_completed: string | null;
  readonly waiting: string | null;
  readonly last_error: string | null;
}
