/** Cells of the watchlist as the event stream sends them. */
import type { Change } from "../../db/latest.ts";
import type { Services } from "../../host/services.ts";
import type { ActorStatus } from "../../engine/status.ts";
import { drawCell } from "../../ui/draw.tsx";
import { genericView } from "../../ui/generic_view.tsx";

/** What the event stream sends for a new value. A cell without its sparkline is better than none. */
export async function cellUpdate(
  { catalog, values }: Pick<Services, "catalog" | "values">,
  { actor, value }: Change,
) {
  const view = catalog.views.get(actor) ?? genericView(actor);
  const { symbol, at } = value;
  const recent = view.recent === 0 ? [] : await values
    .history(actor, { symbol, limit: view.recent }).catch(() => []);
  const html = drawCell(view, value, recent);
  return { signal: actor, symbol, at, value, html };
}

/** The part of an actor's status that the watchlist shows. */
export function signalStatus({ name, title, state, schedule }: ActorStatus) {
  const { next, last_completed, waiting, last_error } = schedule;
  return { name, title, state, next, last_completed, waiting, last_error };
}
