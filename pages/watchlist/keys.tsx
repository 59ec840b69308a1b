/** The watchlist by keyboard: what the keys do, and the dialog that tells. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { focusRow } from "./live_table.ts";
import { filterId } from "./Toolbar.tsx";

export interface KeyCommands {
  remove(symbol: string): void;
  undo(): void;
  showKeys(): void;
}

const told = [
  ["/", "Filter: symbol, company or headline"],
  ["↓ or j, ↑ or k", "Next row, row before"],
  ["Enter", "Open the row's symbol"],
  ["a", "Add a symbol"],
  ["x", "Remove the row"],
  ["u", "Bring back what was removed last"],
  ["Esc", "From the filter to the rows; close"],
  ["?", "These keys"],
] as const;

export function KeysDialog({ of }: { of: RefObject<HTMLDialogElement> }) {
  return (
    <dialog ref={of} class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {told.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">Close</button>
      </form>
    </dialog>
  );
}

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
  { remove, undo, showKeys }: KeyCommands,
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
  const next = rows[Math.min(Math.max(at, 0), rows.length - 1)];
  focusRow(next);
  next?.scrollIntoView({ block: "nearest" });
}

/** Where the focus goes when a row leaves: the row below it, else above it, else the field that adds. */
export function afterRow(symbol: string): HTMLElement | null {
  const rows = [...shownRows()];
  const at = rows.findIndex((row) => row.dataset.symbol === symbol);
  const next = rows[at + 1] ?? rows[at - 1];
  return next?.querySelector<HTMLElement>("a.symbol") ??
    document.getElementById("symbol");
}
