/** Runs in the browser: brings the islands of this page to life, and nothing else. */
import { type Signal, signal } from "@preact/signals";
import { h, hydrate } from "preact";

/** Islands that were given one signal share it. */
const shared = new Map<number, Signal>();

function sharedSignal(number: number, value: unknown): Signal {
  const known = shared.get(number) ?? signal(value);
  shared.set(number, known);
  return known;
}

for (const mark of document.querySelectorAll<HTMLElement>("x-island")) {
  const { src, export: name, props, signals } = mark.dataset;
  const given = JSON.parse(props!);
  for (const [prop, number] of Object.entries(JSON.parse(signals ?? "{}"))) {
    given[prop] = sharedSignal(number as number, given[prop]);
  }
  import(src!).then((island) => hydrate(h(island[name!], given), mark));
}
