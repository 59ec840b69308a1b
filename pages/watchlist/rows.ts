/** The rows of the watchlist, on the server: in words all of them, and in full those that are asked for. */
import type { WatchlistEntry } from "../../db/watchlist.ts";
import type { Value } from "../../engine/actor.ts";
import { readableLatest, type Services } from "../../host/services.ts";
import type { DrawnCell, View } from "../../ui/view.ts";
import { locale } from "../../ui/locale.ts";
import { drawCells } from "../../ui/views.tsx";
import {
  type Column,
  matches,
  type Row,
  type Signal,
  type SignalStatus,
} from "./data.ts";
import { madeOnce } from "./made_once.ts";
import { type Repeat, repeatsOf } from "./repeats.ts";
import type { ActorStatus } from "../../engine/status.ts";
import { EXCHANGE_ZONE, isMarketOpen, nextOpen } from "../../market/hours.ts";

export type Source = Pick<
  Services,
  "catalog" | "watching" | "status" | "values" | "scans"
>;

export interface ServerRow extends Row {
  /** The company's; null if it is not known. */
  readonly name: string | null;
  /** By actor, in the order of the signals, as the two below. */
  readonly values: readonly (Value | undefined)[];
  /** Null without a value. */
  readonly cells: readonly (readonly DrawnCell[] | null)[];
}

/** The actors that are there, in their order on the page. */
export async function signalsOf(
  { catalog: { views }, status }: Pick<Source, "catalog" | "status">,
): Promise<Signal[]> {
  const actors = await status.actors();
  return [...views].flatMap(([name, view]) => {
    const actor = actors.find((one) => one.name === name);
    if (!actor) return [];
    const { staleAfterMs = null } = view;
    const columns = viewColumns(name, view);
    return [{ ...signalStatus(actor), staleAfterMs, columns }];
  });
}

function viewColumns(actor: string, view: View): Column[] {
  return view.columns.map((column) => ({
    name: `${actor}.${column.name}`,
    heading: column.heading,
    width: column.width ?? null,
    numeric: column.numeric ?? false,
    sortable: column.key !== undefined,
    movement: column.movement ?? false,
    marksNew: column.marksNew ?? false,
  }));
}

/** The part of an actor's status that the watchlist shows. */
export function signalStatus(
  { name, title, state, failing, closed, schedule }: ActorStatus,
): SignalStatus {
  const { next, last_scanned, waiting, last_error, quota } = schedule;
  // Of another exchange it is not known when it opens.
  const elsewhere = Object.values(closed ?? {}).includes(null);
  const rests = waiting !== null && schedule.market_hours && !elsewhere &&
    !isMarketOpen(new Date());
  return {
    name,
    title,
    state,
    failing,
    ...closed && { closed },
    next,
    last_scanned,
    waiting,
    last_error,
    quota,
    closedUntil: rests
      ? { at: nextOpen(new Date()).toISOString(), zone: EXCHANGE_ZONE }
      : null,
  };
}

/** In words, in the order of what is listed; of the symbols given, or of all. */
export async function readRows(
  { catalog: { views }, values, scans }: Omit<Source, "status" | "watching">,
  signals: readonly Signal[],
  listed: Promise<readonly WatchlistEntry[]>,
  symbols?: readonly string[],
): Promise<ServerRow[]> {
  const [entries, latest] = await Promise.all([
    listed,
    Promise.all(
      signals.map(({ name }) => readableLatest(values, name, symbols)),
    ),
  ]);
  const chosen = symbols && new Set(symbols);
  const names = signals.map(({ name }) => name).join();
  const asked = await askedOf(
    scans,
    signals,
    entries.map(({ symbol }) => symbol),
    latest,
  );
  return entries.filter(({ symbol }) => chosen?.has(symbol) ?? true)
    .map((entry) => {
      const { symbol, place } = entry;
      const found = latest.map((one) => one.get(symbol));
      const name = nameOf(entry);
      const askedAt = asked.get(symbol) ?? null;
      const from = [views, names, locale(), place, name, askedAt, ...found];
      const make = () =>
        rowOf(
          { symbol, name, place, asked: askedAt },
          signals,
          found,
          (i) => drawCells(views.get(signals[i]!.name)!, found[i]!, null),
        );
      const value = found.find((one) => one !== undefined);
      return value ? rowInWords(value, from, make) : make();
    });
}

/** By symbol and column, what is to be said of a cell that another of these rows has as well. */
export type Repeats = ReadonlyMap<string, ReadonlyMap<string, Repeat>>;

/** @param rows those that are seen, in their order */
export function repeatsIn(
  rows: readonly ServerRow[],
  signals: readonly Signal[],
): Repeats {
  const alike = rows.flatMap(({ symbol, cells }) =>
    signals.flatMap(({ columns }, i) =>
      columns.flatMap(({ name }, j) => {
        const same = cells[i]?.[j]?.same;
        return same ? [{ symbol, name, same: `${name} ${same}` }] : [];
      })
    )
  );
  const found = new Map<string, Map<string, Repeat>>();
  repeatsOf(alike).forEach((repeat, n) => {
    if (!repeat) return;
    const { symbol, name } = alike[n]!;
    found.getOrInsertComputed(symbol, () => new Map()).set(name, repeat);
  });
  return found;
}

/** When symbols that have no value of any signal were last scanned with success, in ms since 1970. */
async function askedOf(
  scans: Source["scans"],
  signals: readonly Signal[],
  symbols: readonly string[],
  latest: readonly ReadonlyMap<string, Value>[],
): Promise<Map<string, number>> {
  const empty = symbols.filter((symbol) =>
    latest.every((values) => !values.has(symbol))
  );
  const asked = new Map<string, number>();
  if (empty.length === 0) return asked;
  for (const { name } of signals) {
    const states = await scans.of(name, empty).catch(() => null);
    for (const { symbol, scanned_at } of states?.values() ?? []) {
      if (scanned_at) asked.set(symbol, Date.parse(scanned_at));
    }
  }
  return asked;
}

/** By the signals' order, the history that the cells of some symbols are drawn from. */
export type Histories = readonly ReadonlyMap<string, readonly Value[]>[];

export function readHistories(
  { catalog: { views }, values }: Pick<Source, "catalog" | "values">,
  signals: readonly Signal[],
  rows: readonly ServerRow[],
): Promise<Histories> {
  const latest = (i: number) =>
    rows.map((row) => row.values[i]).filter((value) => value !== undefined);
  return Promise.all(
    signals.map(({ name }, i) =>
      readRecent(values, name, views.get(name)!, latest(i))
    ),
  );
}

/** The same rows with everything drawn. */
export function drawFull(
  { views }: Source["catalog"],
  signals: readonly Signal[],
  rows: readonly ServerRow[],
  histories: Histories,
): ServerRow[] {
  return rows.map((row) => {
    const recent = histories.map((one) => one.get(row.symbol) ?? none);
    return rowInFull(row, recent, () => ({
      ...row,
      cells: signals.map(({ name }, i) => {
        const value = row.values[i];
        return value ? drawCells(views.get(name)!, value, recent[i]!) : null;
      }),
    }));
  });
}

const none: readonly Value[] = [];

/** A cell waits no longer for the history of its sparkline. */
const patienceMs = 1_000;

/** A cell without its sparkline is better than none. */
export async function readRecent(
  values: Services["values"],
  actor: string,
  view: View,
  latest: readonly Value[],
): Promise<ReadonlyMap<string, readonly Value[]>> {
  if (view.recent === 0 || latest.length === 0) return new Map();
  return await values.recent(
    actor,
    { latest, limit: view.recent },
    patienceMs,
  ).catch(() => new Map());
}

/** True for a row that the reader's filter leaves. */
export function rowMatches(row: ServerRow, filter: string): boolean {
  if (filter === "") return true;
  const words = row.cells.flatMap((cells) => cells ?? [])
    .map(({ text }) => text);
  return matches([row.symbol, row.name ?? "", ...words].join(" "), filter);
}

/** What a price is in is said unless it is dollars. */
function nameOf({ name, currency }: WatchlistEntry): string | null {
  const shown = currency === "USD" ? null : currency;
  return [shown, name].filter(Boolean).join(" · ") || null;
}

function rowOf(
  what: Pick<ServerRow, "symbol" | "name" | "place" | "asked">,
  signals: readonly Signal[],
  found: readonly (Value | undefined)[],
  draw: (index: number) => readonly DrawnCell[],
): ServerRow {
  const cells = found.map((value, i) => value ? draw(i) : null);
  return {
    ...what,
    values: found,
    cells,
    ats: found.map((value) => value ? Date.parse(value.at) : null),
    keys: signals.flatMap(({ columns }, i) =>
      columns.map((_, j) => cells[i]?.[j]?.key ?? null)
    ),
  };
}

const rowInWords = madeOnce<ServerRow>();
const rowInFull = madeOnce<ServerRow>();
