/**
 * Keeps the panels of a page up to date, and sends its forms without leaving it. Draws nothing: the
 * panels come from the server (components/live_page.ts), where Preact has escaped them.
 */
import { useEffect } from "preact/hooks";
import { listen } from "../components/live.ts";
import type { LiveAnswer } from "../components/live_page.ts";
import { put, say } from "../components/panels_in_place.ts";

interface Props {
  /** Fetch again every so many milliseconds, … */
  every?: number;
  /** … or when this event stream tells of a new value. */
  events?: string;
}

export default function LivePanels({ every, events }: Props) {
  useEffect(() => {
    const stops = [sendForms()];
    if (every) {
      const timer = setInterval(() => document.hidden || refresh(), every);
      stops.push(() => clearInterval(timer));
    }
    if (events) stops.push(follow(events));
    return () => stops.forEach((stop) => stop());
  }, []);
  return null;
}

/** Fetches at most once in two seconds, however many values come. */
function follow(events: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lost = false;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      refresh();
    }, 2000);
  };
  const stop = listen(events, {
    on: { latest: soon },
    onConnection(up) {
      if (!up || lost) say(up ? null : lostNotice);
      lost = !up;
    },
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
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

async function load(address: string, init: RequestInit): Promise<void> {
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(address, { ...init, headers });
    const { panels, notice } = await response.json() as LiveAnswer;
    if (panels) put(panels);
    if (init.method) say(notice);
  } catch {
    say(lostNotice);
  }
}
