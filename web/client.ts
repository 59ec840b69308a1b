/** Runs in the browser: brings the islands of this page to life, and nothing else. */
import { h, hydrate } from "preact";

for (const mark of document.querySelectorAll<HTMLElement>("x-island")) {
  const { src, export: name, props } = mark.dataset;
  import(src!).then((island) =>
    hydrate(h(island[name!], JSON.parse(props!)), mark)
  );
}
