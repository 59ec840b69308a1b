/** The watchlist as its page and its island take it: plain JSON, the cells already drawn. */
import type { LatestValue } from "../../engine/actor.ts";
import type { ActorStatus, Services } from "../../host/services.ts";
import { drawCell, recentRows, signalStatus } from "../../ui/draw.tsx";
import type { SignalStatus } from "../../ui/feed.ts";

/** A column: one actor. */
export interface Column extends SignalStatus {
  readonly heading: string;
  readonly staleAfterMs: number | null;
}

export interface Cell {
  readonly at: string;
  readonly html: string;
}

export interface WatchlistRow {
  readonly symbol: string;
  /** By signal; a signal that is missing waits for its first value. */
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface WatchlistData {
  readonly columns: readonly Column[];
  readonly rows: readonly WatchlistRow[];
}

type Source = Pick<
  Services,
  "views" | "watchlist" | "status" | "latest" | "history"
>;

export async function watchlistData(services: Source): Promise<WatchlistData> {
  const [entries, status, latest] = await Promise.all([
    services.watchlist.list(),
    services.status(),
    allLatest(services),
  ]);
  return {
    columns: columns(services, status),
    rows: await Promise.all(
      entries.map(({ symbol }) => row(services, symbol, latest)),
    ),
  };
}

function columns(
  { views }: Source,
  status: readonly ActorStatus[],
): Column[] {
  const byName = new Map(status.map((actor) => [actor.name, actor]));
  return [...views].flatMap(([name, view]) => {
    const actor = byName.get(name);
    if (!actor) return [];
    const { heading, staleAfterMs = null } = view;
    return [{ ...signalStatus(actor), heading, staleAfterMs }];
  });
}

type Latest = ReadonlyMap<string, ReadonlyMap<string, LatestValue>>;

async function allLatest(services: Source): Promise<Latest> {
  const names = [...services.views.keys()];
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await services.latest(name)] as const),
    ),
  );
}

async function row(
  services: Source,
  symbol: string,
  latest: Latest,
): Promise<WatchlistRow> {
  const cells: Record<string, Cell> = {};
  await Promise.all([...services.views].map(async ([signal, view]) => {
    const value = latest.get(signal)?.get(symbol);
    if (!value) return;
    const recent = await recentRows(services, signal, view, symbol);
    cells[signal] = { at: value.at, html: drawCell(view, value, recent) };
  }));
  return { symbol, cells };
}
