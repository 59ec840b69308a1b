/**
 * Keeps the panels of a page up to date, and sends its forms without leaving it. Draws nothing: the
 * panels come from the server (ui/live_page.ts), where Preact has escaped them.
 */
import { useEffect } from "preact/hooks";
import { listen } from "../ui/live.ts";
import type { LiveAnswer } from "../ui/live_page.ts";
import { useSoon } from "../ui/use_soon.ts";
import { put, say } from "../ui/panels_in_place.ts";

interface Props {
  /** Fetch again every so many milliseconds, … */
  every?: number;
  /** … or when this event stream tells of a new value. */
  events?: string;
}

export default function LivePanels({ every, events }: Props) {
  const refreshSoon = useSoon(refresh);
  useEffect(() => {
    const stops = [sendForms()];
    if (every) {
      const timer = setInterval(() => document.hidden || refresh(), every);
      stops.push(() => clearInterval(timer));
    }
    if (events) stops.push(follow(events, refreshSoon));
    return () => stops.forEach((stop) => stop());
  }, []);
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
