/** The watchlist by keyboard; KeysDialog.tsx tells what each key does. */
import { useEffect } from "preact/hooks";
import { focusRow } from "./live_row.ts";

export interface KeyCommands {
  remove(symbol: string): void;
  undo(): void;
}

export const filterId = "filter";
export const keysId = "keys";

export const showKeys = () =>
  (document.getElementById(keysId) as HTMLDialogElement).showModal();

export function useKeys(commands: KeyCommands): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent) => press(event, commands);
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);
}

function press(event: KeyboardEvent, commands: KeyCommands): void {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const at = target as HTMLElement;
  const filtering = at.id === filterId;
  if (filtering && (key === "ArrowDown" || key === "Escape")) {
    event.preventDefault();
    return focusRow(shownRows()[0]);
  }
  if (at.matches("input, textarea, select, [contenteditable]")) return;
  const row = at.closest<HTMLElement>("#watch tbody tr");
  const act = actions(row, commands)[key];
  if (!act) return;
  event.preventDefault();
  act();
}

function actions(
  row: HTMLElement | null,
  { remove, undo }: KeyCommands,
): Record<string, () => void> {
  const next = () => step(row, 1);
  const before = () => step(row, -1);
  return {
    "/": () => document.getElementById(filterId)?.focus(),
    a: () => document.getElementById("symbol")?.focus(),
    "?": showKeys,
    u: undo,
    j: next,
    ArrowDown: next,
    k: before,
    ArrowUp: before,
    ...row && { x: () => remove(row.dataset.symbol!) },
  };
}

const shownRows = () =>
  document.querySelectorAll<HTMLElement>("#watch tbody tr:not([hidden])");

function step(row: HTMLElement | null, by: 1 | -1): void {
  const rows = [...shownRows()];
  const at = row ? rows.indexOf(row) + by : 0;
  focusRow(rows[at]);
}

/** Where the focus goes when a row leaves: the row below it, else above it, else the field that adds. */
export function afterRow(symbol: string): HTMLElement | null {
  const rows = [...shownRows()];
  const at = rows.findIndex((row) => row.dataset.symbol === symbol);
  const next = rows[at + 1] ?? rows[at - 1];
  return next?.querySelector<HTMLElement>("a.symbol") ??
    document.getElementById("symbol");
}
