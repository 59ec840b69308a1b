/** One row of the live table, in the browser: its two forms, and how a new value is put into them. */
import { eventAtAddress, provenanceAddress } from "../../ui/addresses.ts";
import { timeText } from "../../ui/Time.tsx";
import type { DrawnCell } from "../../ui/view.ts";
import {
  type CellUpdate,
  type Key,
  type Row,
  type RowState,
  sameOf,
  type Signal,
} from "./data.ts";

export interface LiveRow extends Row {
  place: number;
  keys: Key[];
  ats: (number | null)[];
  /** In words, from the server; null for one that came in full only. */
  brief: HTMLTableRowElement | null;
  full: HTMLTableRowElement | null;
  /** The newest cells by actor that came since it was drawn. */
  readonly told: Map<string, CellUpdate>;
  /** What is said of it now. */
  said: string;
}

/** The one of its forms that is in the table. */
export const shownOf = (row: LiveRow): HTMLTableRowElement =>
  row.full ?? row.brief!;

/** Gives the focus to a row: to its link. */
export function focusRow(row: Element | null | undefined): void {
  row?.querySelector<HTMLElement>("a.symbol")?.focus();
}

const formsOf = ({ brief, full }: LiveRow) =>
  [brief, full].filter((form) => form !== null);

/** `html` is of our own server, which escaped all text in it. */
export function parseRow(html: string): HTMLTableRowElement {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild as HTMLTableRowElement;
}

export function rowOf(element: HTMLTableRowElement): LiveRow {
  const brief = isBrief(element);
  return {
    symbol: element.dataset.symbol!,
    ...drawnIn(element),
    brief: brief ? element : null,
    full: brief ? null : element,
    told: new Map(),
    said: "",
  };
}

/** What the server has written of a row's values. */
export function drawnIn({ dataset }: HTMLTableRowElement) {
  return {
    place: Number(dataset.place),
    keys: JSON.parse(dataset.keys!) as Key[],
    ats: JSON.parse(dataset.ats!) as (number | null)[],
    asked: dataset.asked ? Number(dataset.asked) : null,
  };
}

/** Gives the row another drawing of it; what came later than that is put into it. */
export function takeDrawing(
  row: LiveRow,
  element: HTMLTableRowElement,
  signals: readonly Signal[],
): void {
  Object.assign(row, drawnIn(element), { said: "" });
  row[isBrief(element) ? "brief" : "full"] = element;
  for (const update of row.told.values()) takeUpdate(row, update, signals);
}

const isBrief = ({ classList }: Element) => classList.contains("brief");

/** How many columns stand before those of the actor. */
const startOf = (index: number, signals: readonly Signal[]) =>
  signals.slice(0, index).reduce((sum, { columns }) => sum + columns.length, 0);

/**
 * Null for an older value than the row has. `repeats` is true if other rows may say the same as these cells, or
 * as what stood in them.
 */
export function takeUpdate(
  row: LiveRow,
  update: CellUpdate,
  signals: readonly Signal[],
): { repeats: boolean } | null {
  const index = signals.findIndex(({ name }) => name === update.signal);
  const at = Date.parse(update.at);
  if (index < 0 || at < (row.ats[index] ?? 0)) return null;
  row.told.set(update.signal, update);
  row.ats[index] = at;
  const start = startOf(index, signals);
  update.cells.forEach(({ key = null }, i) => row.keys[start + i] = key);
  const repeats = formsOf(row).map((element) =>
    writeCells(element, update, index, signals)
  );
  return { repeats: repeats.includes(true) };
}

/** True if other rows may say the same. */
function writeCells(
  element: HTMLTableRowElement,
  { cells }: CellUpdate,
  index: number,
  signals: readonly Signal[],
): boolean {
  const start = startOf(index, signals);
  if (isBrief(element)) {
    const words = cells.map(({ text }) => text).filter((text) => text !== "");
    const td = element.cells[index + 1]!;
    td.textContent = words.join(" · ");
    const alone = signals[index]!.columns.length === 1;
    return markSame(td, alone ? sameOf(start, cells[0]) : undefined);
  }
  return cells.map((cell, i) =>
    writeCell(element.cells[start + 1 + i], cell, sameOf(start + i, cell))
  ).includes(true);
}

/** What it said of other rows is gone with its content. True if others say the same, or did. */
function markSame(td: HTMLElement, same: string | undefined): boolean {
  const { dataset } = td;
  const before = dataset.same;
  if (!same && !before) return false;
  td.ariaDescription = null;
  if (same) dataset.same = same;
  else delete dataset.same;
  return true;
}

function writeCell(
  td: HTMLTableCellElement | undefined,
  cell: DrawnCell,
  same: string | undefined,
): boolean {
  if (!td) return false;
  const { text, html, trend } = cell;
  td.classList.remove("up", "down", "flat");
  if (trend) td.classList.add(trend);
  // The focus stays: what has it is exchanged with the next value.
  if (html !== undefined && !td.contains(document.activeElement)) {
    td.innerHTML = html;
    return markSame(td, same);
  }
  if (html !== undefined || td.textContent === text) return false;
  td.textContent = text;
  // By turns, so that the animation begins again.
  td.dataset.arrived = td.dataset.arrived === "a" ? "b" : "a";
  return false;
}

/** Says in both forms what holds for the row. */
export function writeState(row: LiveRow, state: RowState): void {
  const { tone, text, cause, at, actor } = state;
  const said = `${tone} ${text} ${cause} ${at} ${actor}`;
  if (row.said === said) return;
  row.said = said;
  for (const element of formsOf(row)) {
    const td = element.querySelector<HTMLElement>("td.state")!;
    // As the server writes it, so that the two can be compared.
    td.className = tone ? `state ${tone}` : "state";
    if (text) td.title = text;
    else td.removeAttribute("title");
    td.replaceChildren(
      ...element === row.full ? stateNodes(row.symbol, state) : [text],
    );
  }
}

/** As the server draws it (WatchTable.tsx). */
function stateNodes(
  symbol: string,
  { text, cause, at, actor }: RowState,
): (Node | string)[] {
  const why = cause ? linkTo(provenanceAddress(symbol, cause), text) : text;
  if (at === null) return [why];
  const age = ageOf(at);
  const { dateTime } = age;
  return [
    why,
    " ",
    actor ? linkTo(eventAtAddress(actor, symbol, dateTime), age) : age,
  ];
}

function linkTo(address: string, content: Node | string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = address;
  link.append(content);
  return link;
}

function ageOf(at: number): HTMLTimeElement {
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.dataset.as = "age";
  time.textContent = timeText(time.dateTime, "age", Date.now());
  return time;
}
