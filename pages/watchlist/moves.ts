/** The own order of the list, by dragging a row's handle, or with Alt and the arrow keys within a row. */
import { useEffect } from "preact/hooks";

/** What a row's element is found by, and its handle, whoever draws them. */
const rowSelector = "tr[data-symbol]";
export const handleClass = "handle";
/** Of a row in somebody's hand: what exchanged it would end the drag. */
export const draggedClass = "dragged";

/** Puts a symbol before another one, or to the end. */
export type Move = (symbol: string, before: string | null) => void;

export function useMoves(move: Move): void {
  useEffect(() => {
    const stop = new AbortController();
    const on = <Name extends keyof DocumentEventMap>(
      name: Name,
      heard: (event: DocumentEventMap[Name]) => void,
    ) => document.addEventListener(name, heard, { signal: stop.signal });
    let dragged: string | null = null;
    on("keydown", (event) => {
      const by = event.altKey && steps[event.key];
      const row = by && rowOf(event);
      if (!row) return;
      event.preventDefault();
      moveBy(row, by, move);
    });
    on("dragstart", (event) => {
      const { target } = event;
      const isHandle = target instanceof Element &&
        target.matches(`.${handleClass}`);
      const row = isHandle && rowOf(event);
      if (!row) return;
      dragged = symbolOf(row);
      row.classList.add(draggedClass);
      event.dataTransfer?.setData("text/plain", dragged);
      event.dataTransfer?.setDragImage(row, 0, 0);
    });
    on("dragover", (event) => {
      if (dragged !== null && rowOf(event)) event.preventDefault();
    });
    on("drop", (event) => {
      const row = rowOf(event);
      if (dragged === null || !row) return;
      event.preventDefault();
      const { top, height } = row.getBoundingClientRect();
      const below = event.clientY > top + height / 2;
      const before = below ? after(row) : symbolOf(row);
      if (before !== dragged) move(dragged, before);
    });
    on("dragend", (event) => {
      dragged = null;
      rowOf(event)?.classList.remove(draggedClass);
    });
    return () => stop.abort();
  }, []);
}

const steps: Readonly<Record<string, -1 | 1>> = { ArrowUp: -1, ArrowDown: 1 };

/** Nothing, at the end of the list that it would pass. */
function moveBy(row: HTMLElement, by: -1 | 1, move: Move): void {
  const rows = shownRows();
  const at = rows.indexOf(row);
  const passed = rows[at + by];
  if (passed) move(symbolOf(row), by < 0 ? symbolOf(passed) : after(passed));
}

/** What the handle does when it is pressed. */
export function moveUp(symbol: string, move: Move): void {
  const row = shownRows().find((row) => symbolOf(row) === symbol);
  if (row) moveBy(row, -1, move);
}

/** The focus stays with a row that moved. */
export function focusHandle(symbol: string): void {
  shownRows().find((row) => symbolOf(row) === symbol)
    ?.querySelector<HTMLElement>(`.${handleClass}`)?.focus();
}

const shownRows = () => [
  ...document.querySelectorAll<HTMLElement>(`${rowSelector}:not([hidden])`),
];

const symbolOf = (row: HTMLElement) => row.dataset.symbol!;

function after(row: HTMLElement): string | null {
  const rows = shownRows();
  const next = rows[rows.indexOf(row) + 1];
  return next ? symbolOf(next) : null;
}

function rowOf({ target }: Event): HTMLElement | null {
  return target instanceof Element
    ? target.closest<HTMLElement>(rowSelector)
    : null;
}
