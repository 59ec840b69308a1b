/** The head of the table, in the browser: its links are buttons there, which sort without asking. */
import { ariaSort, nextSort, type Sort, type Wanted } from "./data.ts";

const headings = () =>
  document.querySelectorAll<HTMLElement>("#watch thead [data-sort]");

/** Calls back with the order that a press asks for. */
export function followHead(
  now: () => Sort | null,
  onSort: (sort: Sort | null) => void,
): void {
  for (const link of headings()) {
    const { sort } = link.dataset;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.dataset.sort = sort!;
    button.append(...link.childNodes);
    button.onclick = () => onSort(nextSort(now(), sort!));
    link.replaceWith(button);
  }
}

export function paintHead({ sort }: Wanted): void {
  for (const button of headings()) {
    button.closest("th")!.ariaSort = ariaSort(sort, button.dataset.sort!);
  }
}
