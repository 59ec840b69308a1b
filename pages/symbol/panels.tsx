/** The panels of a symbol's page. */
import type { VNode } from "preact";
import type { Services } from "../../host/services.ts";
import { type Range, startOf } from "./ranges.ts";
import { SymbolPanel } from "./SymbolPanel.tsx";
import type { View } from "../../ui/view.ts";

/** Enough for a month of prices by the minute; a chart thins them out. */
const mostInRange = 12_000;
const mostRows = 500;

type Source = Pick<Services, "actors" | "views" | "latest" | "history">;

/** By signal, in the order of the views. */
export async function symbolPanels(
  services: Source,
  symbol: string,
  range: Range,
): Promise<Record<string, VNode>> {
  const panels = await Promise.all(
    [...services.views].map(async ([signal, view]) => [
      signal,
      await symbolPanel(services, signal, view, symbol, range),
    ]),
  );
  return Object.fromEntries(panels);
}

async function symbolPanel(
  services: Source,
  signal: string,
  view: View,
  symbol: string,
  range: Range,
): Promise<VNode> {
  const latest = (await services.latest(signal, [symbol])).get(symbol);
  const from = latest && view.ranged ? startOf(range, latest.at) : undefined;
  const rows = await services.history(signal, {
    symbol,
    limit: view.ranged ? mostInRange : mostRows,
    ...from ? { from } : {},
  });
  const title = services.actors.get(signal)?.title ?? view.heading;
  return (
    <SymbolPanel
      signal={signal}
      title={title}
      symbol={symbol}
      view={view}
      latest={latest ?? rows.at(-1)}
      rows={rows}
      range={range}
    />
  );
}
