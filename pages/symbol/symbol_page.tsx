/** A symbol's page: a panel for each actor. */
import type { VNode } from "preact";
import type { Value } from "../../engine/actor.ts";
import type { Services } from "../../host/services.ts";
import type { View } from "../../ui/view.ts";
import { type Range, ranges, SymbolPanel } from "./SymbolPanel.tsx";

/** Enough for a month of prices by the minute; a chart thins them out. */
const mostInRange = 12_000;
const mostRows = 500;

/** The page waits no longer for an actor's history: that panel then says so, and the others are drawn. */
const patienceMs = 2_500;

type Source = Pick<Services, "catalog" | "values">;

/** True if it is watched. One that was removed keeps its page while there is something on it. */
export async function isKnown(
  { catalog, values, watching }: Source & Pick<Services, "watching">,
  symbol: string,
): Promise<boolean> {
  const entries = await watching.list();
  if (entries.some((entry) => entry.symbol === symbol)) return true;
  const found = await Promise.all(
    [...catalog.actors.keys()].map((actor) => values.latest(actor, [symbol])),
  );
  return found.some((latest) => latest.has(symbol));
}

/** By actor, in the order of the views. */
export async function symbolPanels(
  services: Source,
  symbol: string,
  range: Range,
): Promise<Record<string, VNode>> {
  const panels = await Promise.all(
    [...services.catalog.views].map(async ([actor, view]) => [
      actor,
      await symbolPanel(services, actor, view, symbol, range),
    ]),
  );
  return Object.fromEntries(panels);
}

async function symbolPanel(
  { catalog, values }: Source,
  actor: string,
  view: View,
  symbol: string,
  range: Range,
): Promise<VNode> {
  const latest = (await values.latest(actor, [symbol])).get(symbol);
  const from = latest && view.ranged ? startOf(range, latest.at) : undefined;
  const query = {
    symbol,
    limit: view.ranged ? mostInRange : mostRows,
    ...from ? { from } : {},
  };
  const rows: Value[] | Error = await values.history(actor, query, patienceMs)
    .catch((cause) => cause instanceof Error ? cause : new Error(`${cause}`));
  const given = { actor, view, symbol, range, rows };
  return (
    <SymbolPanel
      {...given}
      title={catalog.actors.get(actor)?.title ?? view.heading}
      latest={latest ?? (rows instanceof Error ? undefined : rows.at(-1))}
    />
  );
}

/** The range of that name; the first one for a name that there is not. */
export function rangeOf(name: string | null): Range {
  return ranges.find((range) => range.name === name) ?? ranges[0];
}

/**
 * Where the range starts, counted back from the newest value: on a Sunday the last day is Friday.
 * Undefined for "all".
 */
export function startOf(range: Range, newest: string): string | undefined {
  if (range.ms === null) return undefined;
  return new Date(Date.parse(newest) - range.ms).toISOString();
}
