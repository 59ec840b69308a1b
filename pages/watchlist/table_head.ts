/** The head of the table, in the browser: its links are buttons there, which sort without asking. */
import { ariaSort, nextSort, type Sort, type Wanted } from "./data.ts";

const headings = () =>
  document.querySelectorAll<HTMLElement>("#watch thead [data-sort]");

/** Calls back with the order that a press asks for, until the function it returns is called. */
export function followHead(
  table: HTMLTableElement,
  now: () => Sort | null,
  onSort: (sort: Sort | null) => void,
): () => void {
  for (const link of headings()) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = link.className;
    button.dataset.sort = link.dataset.sort!;
    button.textContent = link.textContent;
    link.replaceWith(button);
  }
  const onClick = ({ target }: MouseEvent) => {
    const { sort } = (target as HTMLElement).dataset;
    if (sort !== undefined) onSort(nextSort(now(), sort));
  };
  table.tHead!.addEventListener("click", onClick);
  return () => table.tHead!.removeEventListener("click", onClick);
}

export function paintHead({ sort }: Wanted): void {
  for (const button of headings()) {
    button.closest("th")!.ariaSort = ariaSort(sort, button.dataset.sort!);
  }
}
