/** Draws cells and panels on the server; the only place where views are called. */
import { type ComponentChild, h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { LatestValue } from "../engine/actor.ts";
import type { ActorStatus, Change, Services } from "../host/services.ts";
import type { CellUpdate, SignalStatus } from "./feed.ts";
import { genericView } from "./generic_view.tsx";
import type { View } from "./view.ts";

/**
 * The HTML of one cell. Everything in it is escaped, because Preact made it. A view that throws
 * loses its own cell to the generic view and nothing else.
 */
export function drawCell(
  view: View,
  latest: LatestValue,
  recent: readonly LatestValue[],
): string {
  try {
    return html(() => view.cell({ latest, recent }));
  } catch (cause) {
    console.error(`the cell "${view.heading}" cannot be drawn:`, cause);
    return html(() => genericView(view.heading).cell({ latest, recent }));
  }
}

/** The panel of a symbol's page as HTML, under the same promise as `drawCell`. */
export function drawPanel(
  view: View,
  symbol: string,
  rows: readonly LatestValue[],
): string {
  try {
    return html(() => view.panel({ symbol, rows }));
  } catch (cause) {
    console.error(`the panel "${view.heading}" cannot be drawn:`, cause);
    return html(() => genericView(view.heading).panel({ symbol, rows }));
  }
}

/** What the event stream sends for a new value. */
export async function cellUpdate(
  services: Pick<Services, "views" | "history">,
  { actor, value }: Change,
): Promise<CellUpdate> {
  const view = services.views.get(actor) ?? genericView(actor);
  const { symbol, at } = value;
  const recent = await recentRows(services, actor, view, symbol);
  const html = drawCell(view, value, recent);
  return { signal: actor, symbol, at, value, html };
}

/** The rows that a cell asks for. A cell without its sparkline is better than none. */
export async function recentRows(
  services: Pick<Services, "history">,
  signal: string,
  view: View,
  symbol: string,
): Promise<LatestValue[]> {
  if (view.recent === 0) return [];
  return await services.history(signal, { symbol, limit: view.recent })
    .catch(() => []);
}

/** The part of an actor's status that the watchlist shows. */
export function signalStatus(
  { name, title, state, schedule }: ActorStatus,
): SignalStatus {
  const { next, lastCompleted, waiting, lastError } = schedule;
  return {
    name,
    title,
    state,
    next,
    last_completed: lastCompleted,
    waiting,
    last_error: lastError,
  };
}

/** A function component, so that a throw of the view is a throw of the rendering. */
function html(draw: () => unknown): string {
  const View = () => draw() as ComponentChild;
  return renderToString(h(View, null));
}
