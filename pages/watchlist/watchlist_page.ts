/** The watchlist's page: its data, plain JSON with the cells already drawn, and its forms. */
import type { Change } from "../../db/latest.ts";
import type { Value } from "../../engine/actor.ts";
import type { ActorStatus } from "../../engine/status.ts";
import { readableLatest, type Services } from "../../host/services.ts";
import { parseSymbol } from "../../market/market.ts";
import { scanText } from "../../ui/client.ts";
import { plural } from "../../ui/numbers.ts";
import type { View } from "../../ui/view.ts";
import { drawCell, genericView } from "../../ui/views.tsx";
import type { CellUpdate, SignalStatus, WatchlistData } from "./data.ts";
import type { Notice } from "./Notices.tsx";

type Source = Pick<Services, "catalog" | "watching" | "status" | "values">;

export async function watchlistData(services: Source): Promise<WatchlistData> {
  const { catalog: { views }, watching, status, values } = services;
  const [entries, actors, shown] = await Promise.all([
    watching.list(),
    status.actors(),
    Promise.all(
      [...views].map(async ([name, view]) => (
        { name, view, latest: await readableLatest(values, name) }
      )),
    ),
  ]);
  return {
    columns: shown.flatMap(({ name, view }) => {
      const { heading, staleAfterMs = null } = view;
      const actor = actors.find((one) => one.name === name);
      return actor ? [{ ...signalStatus(actor), heading, staleAfterMs }] : [];
    }),
    rows: await Promise.all(entries.map(async ({ symbol }) => {
      const cells = shown.map(async ({ name, view, latest }) => {
        const value = latest.get(symbol);
        if (!value) return [];
        const html = await cellHtml(values, name, view, value);
        return [[name, { at: value.at, html }] as const];
      });
      const drawn = (await Promise.all(cells)).flat();
      return { symbol, cells: Object.fromEntries(drawn) };
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

/**
 * Does what a form says, for browsers without JavaScript; with it, the island asks the API. Resolves to
 * where to go then, or to what has to be said at once. Rejects with a message for people.
 */
export async function submitWatchlist(
  { watching, commands }: Pick<Services, "watching" | "commands">,
  form: FormData,
): Promise<string | Notice> {
  const intent = form.get("intent");
  const given = String(form.get("symbol") ?? "");
  if (intent === "remove") {
    await watching.remove(given);
    return `/?removed=${encodeURIComponent(given)}`;
  }
  if (intent === "scan") {
    const actor = String(form.get("signal") ?? "");
    const { published, failed } = await commands.scan(actor);
    return `/?published=${published}&failed=${Object.keys(failed).length}`;
  }
  const symbol = parseSymbol(given);
  if (!symbol) throw new TypeError(`"${given}" cannot be a symbol: try AAPL.`);
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
