/** The watchlist's page: its data, plain JSON with the cells already drawn. */
import type { Change } from "../../db/latest.ts";
import type { Value } from "../../engine/actor.ts";
import type { ActorStatus } from "../../engine/status.ts";
import { readableLatest, type Services } from "../../host/services.ts";
import type { View } from "../../ui/view.ts";
import { drawCell, genericView } from "../../ui/views.tsx";
import type { CellUpdate, SignalStatus, WatchlistData } from "./data.ts";

type Source = Pick<Services, "catalog" | "watching" | "status" | "values">;

export async function watchlistData(
  services: Source,
  list: number,
): Promise<WatchlistData> {
  const { catalog: { views }, watching, status, values } = services;
  const [entries, actors, shown] = await Promise.all([
    watching.list(list),
    status.actors(),
    Promise.all(
      [...views].map(async ([name, view]) => (
        { name, view, latest: await readableLatest(values, name) }
      )),
    ),
  ]);
  return {
    list,
    columns: shown.flatMap(({ name, view }) => {
      const { heading, staleAfterMs = null } = view;
      const actor = actors.find((one) => one.name === name);
      return actor ? [{ ...signalStatus(actor), heading, staleAfterMs }] : [];
    }),
    rows: await Promise.all(entries.map(async ({ symbol, name, place }) => {
      const cells = shown.map(async ({ name, view, latest }) => {
        const value = latest.get(symbol);
        if (!value) return [];
        const html = await cellHtml(values, name, view, value);
        return [[name, { at: value.at, html }] as const];
      });
      const drawn = (await Promise.all(cells)).flat();
      return { symbol, name, place, cells: Object.fromEntries(drawn) };
    })),
  };
}

/** What the event stream sends for a new value. */
export async function cellUpdate(
  { catalog, values }: Pick<Services, "catalog" | "values">,
  { actor, value }: Change,
): Promise<CellUpdate> {
  const view = catalog.views.get(actor) ?? genericView(actor);
  const html = await cellHtml(values, actor, view, value);
  return { signal: actor, symbol: value.symbol, at: value.at, value, html };
}

/** A cell waits no longer for the history of its sparkline. */
const patienceMs = 1_000;

/** A cell without its sparkline is better than none. */
async function cellHtml(
  values: Services["values"],
  actor: string,
  view: View,
  value: Value,
): Promise<string> {
  const query = { symbol: value.symbol, limit: view.recent };
  const recent = view.recent === 0
    ? []
    : await values.history(actor, query, patienceMs).catch(() => []);
  return drawCell(view, { latest: value, recent });
}

/** The part of an actor's status that the watchlist shows. */
export function signalStatus(
  { name, title, state, schedule }: ActorStatus,
): SignalStatus {
  const { next, last_completed, waiting, last_error } = schedule;
  return { name, title, state, next, last_completed, waiting, last_error };
}
