/**
 * Keeps the table that the server drew alive, in the browser: new values once in a frame, rows in full
 * where they are seen and in words elsewhere, order and filter without asking. Draws nothing itself.
 */
import { request } from "../../ui/client.ts";
import {
  type CellUpdate,
  matches,
  type Signal,
  sorted,
  stateOf,
  type Summary,
  summaryOf,
  type Wanted,
} from "./data.ts";
import { textOf, writeRepeats } from "./live_repeats.ts";
import {
  focusRow,
  type LiveRow,
  parseRow,
  rowOf,
  shownOf,
  takeDrawing,
  takeUpdate,
  writeState,
} from "./live_row.ts";
import { draggedClass } from "./moves.ts";
import { eachInTurn, frameQueue, soon } from "./pace.ts";
import { putInOrder } from "./row_order.ts";
import { markNew, noteVisit } from "./visits.ts";
import type { RowsAnswer } from "./watchlist_page.ts";

/** How near to what is seen a row is drawn in full. */
const nearby = "600px 0px";
/** Rows that are asked for at once. */
const mostAsked = 60;
/** Milliseconds in which rows come near before they are asked for; between two orders, two summaries. */
const askAfterMs = 60;
const orderAfterMs = 2_000;

export interface Told {
  summary(summary: Summary | null): void;
  /** How many rows the filter leaves, and how many there are. */
  count(shown: number, all: number): void;
}

export type LiveTable = ReturnType<typeof openTable>;

export function openTable(
  table: HTMLTableElement,
  first: { signals: readonly Signal[]; wanted: Wanted },
  told: Told,
) {
  const body = table.tBodies[0]!;
  let { signals, wanted } = first;
  const rows = new Map<string, LiveRow>();
  const near = new Set<LiveRow>();
  let orderFrame = 0;
  let moved = false;
  let repeated = false;
  let asking = false;

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const row = rows.get((target as HTMLElement).dataset.symbol!);
      if (!row || shownOf(row) !== target) continue;
      if (isIntersecting) near.add(row);
      else if (near.delete(row)) leave(row);
    }
    ask();
  }, { rootMargin: nearby });

  /** Puts a form of a row where another stands; the focus stays on its link. */
  function swap(old: HTMLTableRowElement, form: HTMLTableRowElement): void {
    const focused = old.contains(document.activeElement);
    form.hidden = old.hidden;
    observer.unobserve(old);
    old.replaceWith(form);
    observer.observe(form);
    if (focused) focusRow(form);
  }

  /** Back to words, for a row that is out of view; not while somebody is in it. */
  function leave(row: LiveRow): void {
    const { full, brief } = row;
    if (!full || !brief || full.contains(document.activeElement)) return;
    row.full = null;
    swap(full, brief);
    repeatSoon();
  }

  const repeatSoon = soon(askAfterMs, () => writeRepeats(body));

  const ask = soon(askAfterMs, async () => {
    const wanting = [...near].filter(({ full }) => full === null)
      .slice(0, mostAsked);
    if (wanting.length > 0 && !asking) await drawFull(wanting);
  });

  async function drawFull(wanting: readonly LiveRow[]): Promise<void> {
    const symbols = wanting.map(({ symbol }) => symbol).join();
    const path = `/?list=${wanted.list}&symbols=${encodeURIComponent(symbols)}`;
    asking = true;
    const answer = await request<RowsAnswer>("GET", path).catch(() => null);
    asking = false;
    // Asked for again when the connection is back.
    if (!answer) return;
    // One that the server does not have is not asked for for ever; the others come back with their drawing.
    for (const row of wanting) near.delete(row);
    for (const [symbol, html] of answer.rows) pushDrawing(symbol, html);
  }

  const pushDrawing = frameQueue<string>({
    take: putFull,
    onFrame(more) {
      writeRepeats(body);
      if (!more) ask();
    },
  });

  function putFull(html: string, symbol: string): void {
    const row = rows.get(symbol);
    if (!row) return;
    near.add(row);
    const old = shownOf(row);
    if (old.classList.contains(draggedClass)) return;
    const form = parseRow(html);
    takeDrawing(row, form, signals);
    swap(old, form);
    tellOf(row, Date.now());
  }

  const push = frameQueue<CellUpdate>({
    isSeen: ({ symbol }) => near.has(rows.get(symbol)!),
    take,
    onFrame(more) {
      if (repeated) writeRepeats(body);
      repeated = false;
      if (moved && !more) settle();
    },
  });

  function take(update: CellUpdate): void {
    const row = rows.get(update.symbol);
    const taken = row && takeUpdate(row, update, signals);
    if (!taken) return;
    moved = true;
    repeated ||= taken.repeats;
    writeState(row, stateOf(row, signals, Date.now()));
  }

  const settle = soon(orderAfterMs, () => {
    moved = false;
    told.summary(summaryOf([...rows.values()], signals));
    if (wanted.sort) order();
  });

  /** What is moved later is moved into the order that is wanted then. */
  function order(): void {
    const rowsInOrder = sorted([...rows.values()], wanted.sort, signals);
    if (putInOrder(body, rowsInOrder.map(shownOf))) writeRepeats(body);
    else orderFrame ||= requestAnimationFrame(orderOn);
  }

  function orderOn(): void {
    orderFrame = 0;
    order();
  }

  function filter(): void {
    let shown = 0;
    for (const row of rows.values()) {
      const element = shownOf(row);
      const kept = wanted.filter === "" ||
        matches(textOf(element), wanted.filter);
      if (element.hidden === kept) element.hidden = !kept;
      if (kept) shown++;
    }
    told.count(shown, rows.size);
    writeRepeats(body);
  }

  /** What time and status have changed. */
  function states(): void {
    eachInTurn(rows.values(), (row) => tellOf(row, Date.now()));
  }

  function tellOf(row: LiveRow, now: number): void {
    writeState(row, stateOf(row, signals, now));
    markNew(row, signals, lastVisit);
  }

  function add(element: HTMLTableRowElement): void {
    const row = rowOf(element);
    rows.set(row.symbol, row);
    observer.observe(element);
  }

  function drop(symbol: string): void {
    const row = rows.get(symbol);
    if (!row) return;
    rows.delete(symbol);
    near.delete(row);
    observer.unobserve(shownOf(row));
    shownOf(row).remove();
  }

  function put(symbol: string, html: string): void {
    const element = parseRow(html);
    const row = rows.get(symbol);
    if (!row) {
      body.append(element);
      return add(element);
    }
    // As most are: to put the same again would cost as much as to put another.
    if (row.brief?.isEqualNode(element)) return;
    const old = shownOf(row);
    takeDrawing(row, element, signals);
    if (old !== row.full) swap(old, element);
    // It left the view when it had no other form yet.
    else if (!near.has(row)) leave(row);
  }

  /** Asks for the list again: what others added, removed or moved, and what was missed meanwhile. */
  async function refresh(): Promise<void> {
    const answer = await request<RowsAnswer>("GET", `/?list=${wanted.list}`);
    const listed = new Set(answer.rows.map(([symbol]) => symbol));
    for (const symbol of rows.keys()) if (!listed.has(symbol)) drop(symbol);
    await eachInTurn(answer.rows, ([symbol, html]) => put(symbol, html));
    arrange();
    const seen = [...near].slice(0, mostAsked);
    if (seen.length > 0) await drawFull(seen);
  }

  function arrange(): void {
    order();
    filter();
    states();
    table.hidden = rows.size === 0;
    told.summary(summaryOf([...rows.values()], signals));
  }

  const lastVisit = noteVisit();
  for (const element of [...body.rows]) add(element);
  states();
  return {
    refresh,
    states,
    /** True if the symbol is in the table. */
    has: (symbol: string): boolean => rows.has(symbol),
    /** In the list's own order. */
    symbols: (): string[] =>
      [...rows.values()].sort((a, b) => a.place - b.place)
        .map(({ symbol }) => symbol),
    /** Where the symbol stands in the list's own order. */
    placeOf: (symbol: string): number | undefined => rows.get(symbol)?.place,
    /** Takes a new value with the next frame. */
    push: (update: CellUpdate): void =>
      push(`${update.signal} ${update.symbol}`, update),
    want(next: Wanted): void {
      const reorder = next.sort !== wanted.sort;
      wanted = next;
      if (reorder) order();
      filter();
    },
    know(next: readonly Signal[]): void {
      signals = next;
      states();
    },
    remove(symbol: string): void {
      drop(symbol);
      arrange();
    },
    focus: (symbol: string): void => {
      const row = rows.get(symbol);
      if (row) focusRow(shownOf(row));
    },
  };
}
