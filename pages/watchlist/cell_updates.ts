/** What the event stream sends of new values to whoever has the watchlist open. */
import type { Value } from "../../engine/actor.ts";
import type { Services } from "../../host/services.ts";
import { drawCells, genericView } from "../../ui/views.tsx";
import type { CellUpdate } from "./data.ts";
import { readRecent } from "./rows.ts";

/** The cells of some values of one actor; its history is asked for once. */
export async function cellUpdates(
  { catalog, values }: Pick<Services, "catalog" | "values">,
  actor: string,
  latest: readonly Value[],
): Promise<CellUpdate[]> {
  const view = catalog.views.get(actor) ?? genericView(actor);
  const symbols = latest.map(({ symbol }) => symbol);
  const recent = await readRecent(values, actor, view, symbols);
  return latest.map((value) => ({
    signal: actor,
    symbol: value.symbol,
    at: value.at,
    cells: drawCells(view, value, recent.get(value.symbol) ?? []),
  }));
}
