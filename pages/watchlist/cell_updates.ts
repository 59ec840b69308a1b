/** What the event stream sends of new values to whoever has the watchlist open. */
import type { Value } from "../../engine/actor.ts";
import type { Services } from "../../host/services.ts";
import { drawCells, genericView } from "../../ui/views.tsx";
import { inLocale } from "../locale.ts";
import type { CellUpdate } from "./data.ts";
import { readRecent } from "./rows.ts";

/** The cells of some values of one actor, drawn by what is returned; its history is asked for once. */
export async function cellUpdates(
  { catalog, values }: Pick<Services, "catalog" | "values">,
  actor: string,
  latest: readonly Value[],
): Promise<(locale?: string) => CellUpdate[]> {
  const view = catalog.views.get(actor) ?? genericView(actor);
  const recent = await readRecent(values, actor, view, latest);
  const draw = (value: Value): CellUpdate => ({
    signal: actor,
    symbol: value.symbol,
    at: value.at,
    cells: drawCells(view, value, recent.get(value.symbol) ?? []),
  });
  return (locale) => inLocale(locale, () => latest.map(draw));
}
