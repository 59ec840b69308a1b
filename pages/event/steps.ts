/** The stages that an event went through, in the order of time. */
import type { Happening } from "../../db/dead_letters.ts";
import type { PastScan } from "../../db/symbol_scans.ts";
import type { EventWay } from "../../host/event_ways.ts";
import { plural } from "../../ui/numbers.ts";
import { spanText, tookText } from "../../ui/Time.tsx";
import { callDetail, wasAnswered } from "./calls.ts";

export interface Step {
  readonly what: string;
  /** RFC 3339 UTC; null: it is not known when, or that it was at all. */
  readonly at: string | null;
  readonly detail: string;
  readonly look: "good" | "bad" | "idle";
  /** The entry of its own in which this was, if that is another one than the page's. */
  readonly position?: string;
}

/** From the slot to the row; what is no longer known is said at its place. */
export function stepsOf(way: EventWay): Step[] {
  const after = [
    publishStep(way),
    ...(way.letter?.history ?? []).map((one) => letterStep(one, way)),
    ...storeSteps(way),
  ];
  const times = after.map(({ at }) => at ? Date.parse(at) : NaN);
  // What has no time stays behind what stands before it.
  let last = -Infinity;
  const inOrder = after
    .map((step, n) => {
      const ms = times[n]!;
      if (!Number.isNaN(ms)) last = ms;
      return { step, ms: Number.isNaN(ms) ? last : ms };
    })
    .sort((a, b) => a.ms - b.ms)
    .map(({ step }) => step);
  // Whatever the clocks of two servers say of what took a few milliseconds.
  return [...scanSteps(way), ...inOrder];
}

function scanSteps({ scan, trace_id, symbol }: EventWay): Step[] {
  const what = "Scanned";
  if (!scan) {
    const detail = trace_id
      ? "The record of its scan is not kept any more, or not written yet."
      : "It carries no trace: another program published it.";
    return [{ what, at: null, detail, look: "idle" }];
  }
  const slot: Step[] = scan.slot
    ? [{
      what: "Slot",
      at: scan.slot.toISOString(),
      detail: "Due by the schedule.",
      look: "good",
    }]
    : [];
  const { calls, duration_ms, waited_ms, outcome, error, market } = scan;
  const counted = calls
    ? `${plural(calls, "call")}, retries included,`
    : "no counted call,";
  const asked = `Asked ${market} about ${symbol}: ${counted} in ` +
    tookText(duration_ms) +
    (waited_ms ? `, and ${tookText(waited_ms)} waiting for the quota` : "");
  return [...slot, {
    what,
    at: scan.started_at.toISOString(),
    detail: `${asked}; ${outcome}${error ? `: ${error}` : ""}.`,
    look: outcome === "ok" ? "good" : "bad",
  }, ...callSteps(scan)];
}

function callSteps({ market_calls, started_at }: PastScan): Step[] {
  return (market_calls ?? []).map((call) => ({
    what: `Call to ${call.provider}`,
    at: new Date(started_at.getTime() + call.after_ms).toISOString(),
    detail: callDetail(call),
    look: wasAnswered(call) ? "good" : "bad",
  }));
}

function publishStep({ entry, published_at, position }: EventWay): Step {
  const detail = entry
    ? `In the stream at ${position}.`
    : `At ${position}; the stream does not hold it any more.`;
  return {
    what: "Published",
    at: published_at,
    detail,
    look: entry ? "good" : "idle",
  };
}

function letterStep(happening: Happening, { position: here }: EventWay): Step {
  const { at, what, reason, error, attempts, position, by } = happening;
  const elsewhere = position && position !== here ? { position } : {};
  if (what === "redriven") {
    const detail = `Sent through the stream again by ${by}.`;
    return { what: "Redriven", at, detail, look: "idle", ...elsewhere };
  }
  if (what === "handled") {
    const detail = "Its row is stored.";
    return { what: "Handled", at, detail, look: "good", ...elsewhere };
  }
  const tries = plural(attempts ?? 1, "attempt");
  const detail = `Dead letter after ${tries}, ${reason}: ${error}`;
  return { what: "Failed", at, detail, look: "bad", ...elsewhere };
}

function storeSteps(way: EventWay): Step[] {
  const { stored, letter, pending, rows, entry } = way;
  if (stored) {
    const tries = plural(stored.attempts, "attempt");
    return [{
      what: "Delivered",
      at: stored.delivered_at.toISOString(),
      detail: `To ${stored.host}.`,
      look: "good",
    }, {
      what: "Stored",
      at: stored.stored_at.toISOString(),
      detail: `After ${tries}; it is the newest of its symbol.`,
      look: "good",
    }];
  }
  if (letter) return [];
  const at = null;
  if (pending) {
    const detail = `To ${pending.consumer}, ` +
      `${plural(pending.deliveries, "time")} so far, and not acknowledged ` +
      `for ${spanText(pending.idle_ms)}.`;
    return [{ what: "Delivered", at, detail, look: "bad" }];
  }
  if (typeof rows !== "string" && rows.length) {
    const detail = "When and by whom is kept of the newest of a symbol only.";
    return [{ what: "Stored", at, detail, look: "good" }];
  }
  const detail = entry
    ? "No row of it is there: it waits to be delivered, or history was thinned."
    : "Nothing is known of what became of it.";
  return [{ what: "Stored", at, detail, look: "idle" }];
}
