/** One cell of the watchlist, and the state of a column: as the page has them, and as the event stream sends them. */
import type { Change } from "../../db/latest.ts";
import type { Value } from "../../engine/actor.ts";
import type { ActorStatus, ScheduleStatus } from "../../engine/status.ts";
import type { Services } from "../../host/services.ts";
import { drawCell, genericView } from "../../ui/views.tsx";
import type { View } from "../../ui/view.ts";

/** The data of `event: latest` with `render=cell`. */
export interface CellUpdate {
  /** The actor. */
  readonly signal: string;
  readonly symbol: string;
  readonly at: string;
  readonly value: Value;
  /** The cell, drawn and escaped by `drawCell`. */
  readonly html: string;
}

/** The data of `event: status` is a list of these, one for each actor. */
export type SignalStatus =
  & Pick<ActorStatus, "name" | "title" | "state">
  & Pick<ScheduleStatus, "next" | "last_completed" | "waiting" | "last_error">;

/** A cell waits no longer for the history of its sparkline. */
const patienceMs = 1_000;

/** What the event stream sends for a new value. */
export async function cellUpdate(
  services: Pick<Services, "catalog" | "values">,
  { actor, value }: Change,
): Promise<CellUpdate> {
  const view = services.catalog.views.get(actor) ?? genericView(actor);
  const { symbol, at } = value;
  const recent = await recentRows(services, actor, view, symbol);
  const html = drawCell(view, value, recent);
  return { signal: actor, symbol, at, value, html };
}

/** The rows that a cell asks for. A cell without its sparkline is better than none. */
export async function recentRows(
  { values }: Pick<Services, "values">,
  actor: string,
  view: View,
  symbol: string,
): Promise<Value[]> {
  if (view.recent === 0) return [];
  const query = { symbol, limit: view.recent };
  return await values.history(actor, query, patienceMs).catch(() => []);
}

/** The part of an actor's status that the watchlist shows. */
export function signalStatus(
  { name, title, state, schedule }: ActorStatus,
): SignalStatus {
  const { next, last_completed, waiting, last_error } = schedule;
  return { name, title, state, next, last_completed, waiting, last_error };
}
