/**
 * A crosshair for the charts of a page, by pointer and by keys. Draws nothing itself: charts are drawn on
 * the server (ui/LineChart.tsx), and drawn anew there when a value comes; what is pointed at stays.
 */
import { useEffect } from "preact/hooks";
import {
  type ChartData,
  nearestTo,
  pointAddress,
  readoutText,
} from "../ui/chart_data.ts";
import { zoneName } from "../ui/time_texts.ts";

export default function Crosshair() {
  useEffect(() => {
    upgradeAll();
    const observer = new MutationObserver(upgradeAll);
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("pointermove", onPointer);
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      observer.disconnect();
      document.removeEventListener("pointermove", onPointer);
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  return null;
}

interface Chart {
  readonly stage: HTMLElement;
  readonly data: ChartData;
}

const upgraded = new WeakMap<Element, Chart>();
/** By the chart's id, the instant that is pointed at: it outlives the element, which comes anew. */
const pointedAt = new Map<string, number>();

const hint = "Point at the chart, or press the arrow keys on it.";

function upgradeAll(): void {
  nameReaderZone();
  for (const stage of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    if (!upgraded.has(stage)) upgrade(stage);
  }
}

function upgrade(stage: HTMLElement): void {
  const data = JSON.parse(stage.dataset.chart!) as ChartData;
  const chart = { stage, data };
  upgraded.set(stage, chart);
  stage.setAttribute("role", "slider");
  stage.setAttribute("aria-valuemin", "1");
  stage.setAttribute("aria-valuemax", String(data.at.length));
  const held = pointedAt.get(stage.id);
  const pinned = stage.dataset.pinned;
  if (held !== undefined) point(chart, nearestTo(data.at, held));
  else if (pinned !== undefined) point(chart, Number(pinned));
  else {
    setValue(chart, data.at.length - 1);
    say(stage, hint);
  }
}

/** Moves the crosshair to the point of that number, and says what it is. */
function point(chart: Chart, index: number): void {
  const { stage, data } = chart;
  pointedAt.set(stage.id, data.at[index]!);
  const cross = stage.querySelector<SVGElement>(".cross");
  const line = cross?.querySelector("line");
  const circle = cross?.querySelector("circle");
  const x = `${data.x[index]! / 100}%`;
  line?.setAttribute("x1", x);
  line?.setAttribute("x2", x);
  circle?.setAttribute("cx", x);
  circle?.setAttribute("cy", `${100 - data.y[index]! / 100}%`);
  cross?.removeAttribute("data-hidden");
  setValue(chart, index);
  say(stage, readoutText(data, index));
  const event = eventLink(stage);
  if (!event) return;
  event.href = pointAddress(data, index)!;
  event.hidden = false;
}

function leave({ stage }: Chart): void {
  pointedAt.delete(stage.id);
  stage.querySelector(".cross")?.setAttribute("data-hidden", "");
  say(stage, hint);
  const event = eventLink(stage);
  if (event) event.hidden = true;
}

/** Beside what is said of a point: the link to its event. */
const eventLink = ({ parentElement }: HTMLElement) =>
  parentElement?.querySelector<HTMLAnchorElement>("[data-event]");

function setValue({ stage, data }: Chart, index: number): void {
  stage.setAttribute("aria-valuenow", String(index + 1));
  stage.setAttribute("aria-valuetext", readoutText(data, index));
}

function say(stage: HTMLElement, text: string): void {
  const readout = stage.parentElement?.querySelector(".readout");
  if (readout && readout.textContent !== text) readout.textContent = text;
}

function chartOf(target: EventTarget | null): Chart | undefined {
  const stage = (target as Element | null)?.closest?.("[data-chart]");
  return stage ? upgraded.get(stage) : undefined;
}

function onPointer({ target, clientX }: PointerEvent): void {
  const chart = chartOf(target);
  if (!chart) return;
  const { left, width } = chart.stage.getBoundingClientRect();
  const x = (clientX - left) / width * 10_000;
  point(chart, nearestTo(chart.data.x, x));
}

/** A step of PageUp and PageDown, in points. */
const leap = 20;

function onKey(event: KeyboardEvent): void {
  const chart = chartOf(event.target);
  if (!chart || event.ctrlKey || event.metaKey || event.altKey) return;
  const { stage, data: { at } } = chart;
  if (event.key === "Escape") return leave(chart);
  const last = at.length - 1;
  const held = pointedAt.get(stage.id);
  const now = held === undefined ? last + 1 : nearestTo(at, held);
  const to: Record<string, number> = {
    ArrowLeft: now - 1,
    ArrowDown: now - 1,
    ArrowRight: now + 1,
    ArrowUp: now + 1,
    PageDown: now - leap,
    PageUp: now + leap,
    Home: 0,
    End: last,
  };
  const wanted = to[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  point(chart, Math.min(Math.max(wanted, 0), last));
}

/** The link to the reader's own zone: the server cannot know it. */
function nameReaderZone(): void {
  const link = document.querySelector<HTMLAnchorElement>("[data-reader-zone]");
  if (!link?.hidden) return;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const known = [...link.parentElement!.querySelectorAll("a:not([hidden])")]
    .some(({ textContent }) => textContent === zoneName(timeZone));
  if (known) return;
  const address = new URL(link.href);
  address.searchParams.set("zone", timeZone);
  link.href = address.search;
  link.textContent = `${zoneName(timeZone)} (here)`;
  link.hidden = false;
}
