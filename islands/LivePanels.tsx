/**
 * Keeps the panels of a page up to date, and sends its forms without leaving it. Draws nothing: the
 * panels come from the server (ui/page.tsx), where Preact has escaped them.
 */
import { useEffect } from "preact/hooks";
import { listen, useEvery, useSoon } from "../ui/client.ts";
import type { LiveAnswer, PageNotice } from "../ui/page.tsx";

interface Props {
  /** Fetch again every so many milliseconds, … */
  every?: number;
  /** … or when this event stream tells of a new value. */
  events?: string;
}

export default function LivePanels({ every, events }: Props) {
  const refreshSoon = useSoon(refresh);
  useEvery(every, refresh);
  useEffect(sendForms, []);
  useEffect(() => events ? follow(events, refreshSoon) : undefined, []);
  return null;
}

function follow(events: string, refreshSoon: () => void): () => void {
  let lost = false;
  return listen(events, {
    on: { latest: refreshSoon },
    onConnection(up) {
      if (up === !lost) return;
      lost = !up;
      say(up ? null : lostNotice);
      if (up) refreshSoon();
    },
  });
}

const lostNotice = {
  text: "Connection lost. The page may be old. Trying again…",
  bad: true,
};

function sendForms(): () => void {
  const onSubmit = (event: SubmitEvent) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    event.preventDefault();
    send(form, event.submitter);
  };
  document.addEventListener("submit", onSubmit);
  return () => document.removeEventListener("submit", onSubmit);
}

async function send(form: HTMLFormElement, button: HTMLElement | null) {
  button?.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(
    [...new FormData(form, button)] as [string, string][],
  );
  // The answer leads to the page again, whose panels then are the new ones.
  await load(form.action, { method: "POST", body });
  button?.removeAttribute("aria-busy");
}

function refresh(): Promise<void> {
  return load(location.pathname + location.search, {});
}

let unreachable = false;

async function load(address: string, init: RequestInit): Promise<void> {
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(address, { ...init, headers });
    const { panels, notice } = await response.json() as LiveAnswer;
    if (panels) put(panels);
    if (init.method || unreachable) say(notice);
    unreachable = false;
  } catch {
    unreachable = true;
    say(lostNotice);
  }
}

/** What stood in each panel last, as the server wrote it; the DOM writes the same otherwise. */
const shown = new WeakMap<Element, string>();

/** `panels` is HTML that our own server drew with Preact, which escaped all text in it. */
function put(panels: Readonly<Record<string, string>>): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-panel]")) {
    const html = panels[place.dataset.panel!];
    if (html === undefined || shown.get(place) === html) continue;
    if (isInUse(place)) continue;
    shown.set(place, html);
    replace(place, html);
  }
}

/** True while somebody types or selects there: that panel waits for the next time. */
function isInUse(place: HTMLElement): boolean {
  const { activeElement } = document;
  const typing = activeElement?.matches("input, select, textarea") === true;
  if (typing && place.contains(activeElement)) return true;
  const selection = getSelection();
  return selection?.isCollapsed === false &&
    place.contains(selection.anchorNode);
}

/** What is open stays open, and the focus where it was: by id. */
function replace(place: HTMLElement, html: string): void {
  const open = [...place.querySelectorAll("details[open][id]")]
    .map(({ id }) => id);
  const { activeElement } = document;
  const focused = place.contains(activeElement) ? activeElement!.id : "";
  place.innerHTML = html;
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }
  if (focused) document.getElementById(focused)?.focus();
}

function say(notice: PageNotice | null): void {
  const place = document.querySelector("[data-notice]");
  if (!place) return;
  place.replaceChildren();
  if (!notice) return;
  const line = document.createElement("p");
  line.className = notice.bad ? "notice bad" : "notice";
  line.textContent = notice.text;
  place.append(line);
}
