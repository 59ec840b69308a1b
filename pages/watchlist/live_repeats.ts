/** Says in the live table what several rows say alike, once; in the browser. */
import { type Repeat, repeatsOf, repeatText } from "./repeats.ts";

/** Of the cells in a table, in the order in which they are seen: says what is another's as well. */
export function writeRepeats(body: HTMLElement): void {
  const cells = [...body.querySelectorAll<HTMLElement>("td[data-same]")]
    .flatMap((td) => {
      const { hidden, dataset: { symbol } } = td.parentElement!;
      return hidden ? [] : [{ td, symbol: symbol!, same: td.dataset.same! }];
    });
  repeatsOf(cells).forEach((repeat, n) => writeRepeat(cells[n]!.td, repeat));
}

/** As the server draws it (WatchTable.tsx). */
function writeRepeat(td: HTMLElement, repeat: Repeat | null): void {
  const text = repeat ? repeatText(repeat) : null;
  if (td.ariaDescription === text || td.contains(document.activeElement)) {
    return;
  }
  const content = [...(td.querySelector(":scope > .said") ?? td).childNodes];
  td.ariaDescription = text;
  if (!repeat) return td.replaceChildren(...content);
  const [told, said] = ["repeat", "said"].map((look) => {
    const span = document.createElement("span");
    span.className = look;
    return span;
  });
  told!.ariaHidden = "true";
  told!.title = repeat.also.join(", ");
  told!.append(text!);
  said!.append(...content);
  said!.hidden = repeat.as !== null;
  td.replaceChildren(said!, " ", told!);
}

/** What a filter looks at: all that the row says of itself, hidden or not. */
export function textOf(element: HTMLTableRowElement): string {
  let text = element.textContent ?? "";
  for (const { textContent } of element.querySelectorAll(".repeat")) {
    text = text.replace(textContent!, "");
  }
  return text;
}
