/** The watchlist as its page and its island take it, plain JSON with the cells already drawn; and its forms. */
import { parseSymbol } from "../../market/market.ts";
import type { Value } from "../../engine/actor.ts";
import type { ActorStatus } from "../../engine/status.ts";
import type { Catalog, Services } from "../../host/services.ts";
import { scanText } from "../../ui/client.ts";
import { drawCell } from "../../ui/draw.tsx";
import { plural } from "../../ui/numbers.ts";
import { recentRows, type SignalStatus, signalStatus } from "./cell.ts";
import type { Notice } from "./Notices.tsx";

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
  /** By actor; one that is missing waits for its first value. */
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface WatchlistData {
  readonly columns: readonly Column[];
  readonly rows: readonly WatchlistRow[];
}

type Source = Pick<Services, "catalog" | "watching" | "status" | "values">;

export async function watchlistData(services: Source): Promise<WatchlistData> {
  const [entries, actors, latest] = await Promise.all([
    services.watching.list(),
    services.status.actors(),
    allLatest(services),
  ]);
  return {
    columns: columns(services.catalog, actors),
    rows: await Promise.all(
      entries.map(({ symbol }) => row(services, symbol, latest)),
    ),
  };
}

function columns({ views }: Catalog, actors: readonly ActorStatus[]): Column[] {
  const byName = new Map(actors.map((actor) => [actor.name, actor]));
  return [...views].flatMap(([name, { heading, staleAfterMs = null }]) => {
    const actor = byName.get(name);
    return actor ? [{ ...signalStatus(actor), heading, staleAfterMs }] : [];
  });
}

type Latest = ReadonlyMap<string, ReadonlyMap<string, Value>>;

async function allLatest({ catalog, values }: Source): Promise<Latest> {
  const found = [...catalog.views.keys()].map(async (name) =>
    [name, await values.latest(name)] as const
  );
  return new Map(await Promise.all(found));
}

async function row(
  services: Source,
  symbol: string,
  latest: Latest,
): Promise<WatchlistRow> {
  const { views } = services.catalog;
  const cells: Record<string, Cell> = {};
  await Promise.all([...views].map(async ([actor, view]) => {
    const value = latest.get(actor)?.get(symbol);
    if (!value) return;
    const recent = await recentRows(services, actor, view, symbol);
    cells[actor] = { at: value.at, html: drawCell(view, value, recent) };
  }));
  return { symbol, cells };
}

/**
 * Does what a form says, for browsers without JavaScript; with it, the island asks the API. Resolves to
 * where to go then, or to what has to be said at once. Rejects with a message for people.
 */
export async function submitWatchlist(
  { watching, commands }: Pick<Services, "watching" | "commands">,
  form: FormData,
): Promise<string | Notice> {
  const symbol = String(form.get("symbol") ?? "");
  switch (form.get("intent")) {
    case "remove":
      await watching.remove(symbol);
      return `/?removed=${encodeURIComponent(symbol)}`;
    case "scan": {
      const actor = String(form.get("signal") ?? "");
      const { published, failed } = await commands.scan(actor);
      const failures = Object.keys(failed).length;
      return `/?published=${published}&failed=${failures}`;
    }
    default:
      return await add(watching, symbol);
  }
}

async function add(
  watching: Services["watching"],
  text: string,
): Promise<string | Notice> {
  const symbol = parseSymbol(text);
  if (!symbol) throw new TypeError(`"${text}" cannot be a symbol: try AAPL.`);
  const { warning } = await watching.add(symbol);
  // An address cannot carry it: whoever made a link could put any words into the page.
  if (warning !== null) return { text: warning, undo: null };
  return `/?added=${encodeURIComponent(symbol)}`;
}

/** What the address says became of a form. Only what can be a symbol or a number is shown. */
export function noticeOf(query: URLSearchParams): Notice | null {
  const symbol = parseSymbol(query.get("removed") ?? query.get("added") ?? "");
  if (symbol && query.has("removed")) {
    return { text: `${symbol} was removed.`, undo: symbol };
  }
  if (symbol) return { text: `${symbol} is on the watchlist.`, undo: null };
  const published = Number(query.get("published") ?? NaN);
  if (!Number.isInteger(published)) return null;
  const failed = Number(query.get("failed")) || 0;
  const failures = failed ? ` ${plural(failed, "symbol")} failed.` : "";
  return { text: scanText({ published }) + failures, undo: null };
}
