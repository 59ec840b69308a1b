/** Puts drawn panels into the page without disturbing who is reading it. */
import type { PageNotice } from "./live_page.ts";

/** What stood in each panel last, as the server wrote it; the DOM writes the same otherwise. */
const shown = new WeakMap<Element, string>();

/** `panels` is HTML that our own server drew with Preact, which escaped all text in it. */
export function put(panels: Readonly<Record<string, string>>): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-panel]")) {
    const html = panels[place.dataset.panel!];
    if (html === undefined || shown.get(place) === html) continue;
    if (isInUse(place)) continue;
    shown.set(place, html);
    keeping(place, () => place.innerHTML = html);
  }
}

/** True while somebody types or selects there: that panel waits for the next time. */
function isInUse(place: HTMLElement): boolean {
  const typing = document.activeElement?.matches("input, select, textarea") &&
    place.contains(document.activeElement);
  const selection = getSelection();
  const selecting = selection?.isCollapsed === false &&
    place.contains(selection.anchorNode);
  return typing === true || selecting === true;
}

/** What is open stays open, and the focus where it was: by id. */
function keeping(place: HTMLElement, change: () => void): void {
  const open = [...place.querySelectorAll("details[open][id]")].map((d) =>
    d.id
  );
  const focused = place.contains(document.activeElement)
    ? document.activeElement!.id
    : "";
  change();
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  if (focused) document.getElementById(focused)?.focus();
}

export function say(notice: PageNotice | null): void {
  const place = document.querySelector("[data-notice]");
  if (!place) return;
  place.replaceChildren();
  if (!notice) return;
  const line = document.createElement("p");
  line.className = notice.bad ? "notice bad" : "notice";
  line.textContent = notice.text;
  place.append(line);
}
