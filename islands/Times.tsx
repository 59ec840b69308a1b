/**
 * Puts every time that is seen into the reader's own zone and keeps "3 min ago" true. It draws nothing
 * itself: views are drawn on the server, which does not know where the reader is.
 */
import { useEffect } from "preact/hooks";
import { useEvery } from "../ui/client.ts";
import { type TimeStyle, timeText } from "../ui/Time.tsx";

/** Those in view: of a long page a few, and the only ones that are looked at again. */
const seen = new Set<Element>();

export default function Times() {
  useEvery(1000, () => update(seen));
  useEffect(() => {
    const inView = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) seen.add(target);
        else seen.delete(target);
        // It has left the page, and not only what is seen of it.
        if (!target.isConnected) inView.unobserve(target);
      }
      update(seen);
    }, { rootMargin: "200px" });
    const find = (within: ParentNode) => {
      for (const mark of within.querySelectorAll("[data-as]")) {
        inView.observe(mark);
      }
    };
    find(document);
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue;
          if (node.matches("[data-as]")) inView.observe(node);
          find(node);
        }
      }
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      inView.disconnect();
    };
  }, []);
  return null;
}

function update(marks: Iterable<Element>): void {
  const now = Date.now();
  for (const mark of marks as Iterable<HTMLElement>) {
    const at = mark.getAttribute("datetime") ?? mark.dataset.at;
    const text = mark.firstChild as Text | null;
    if (!at || !text) continue;
    const wanted = timeText(at, mark.dataset.as as TimeStyle, now);
    // The node stays: islands hold on to it.
    if (text.data !== wanted) text.data = wanted;
  }
}
