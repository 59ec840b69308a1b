/**
 * Puts every time on the page into the reader's own zone and keeps "3 min ago" true. It draws nothing
 * itself: views are drawn on the server, which does not know where the reader is.
 */
import { useEffect } from "preact/hooks";
import { useEvery } from "../ui/client.ts";
import { type TimeStyle, timeText } from "../ui/Time.tsx";

export default function Times() {
  useEvery(1000, update);
  useEffect(() => {
    update();
    const observer = new MutationObserver(update);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
  return null;
}

function update(): void {
  const now = Date.now();
  for (const mark of document.querySelectorAll<HTMLElement>("[data-as]")) {
    const at = mark.getAttribute("datetime") ?? mark.dataset.at;
    const text = mark.firstChild as Text | null;
    if (!at || !text) continue;
    const wanted = timeText(at, mark.dataset.as as TimeStyle, now);
    // The node stays: islands hold on to it.
    if (text.data !== wanted) text.data = wanted;
  }
}
