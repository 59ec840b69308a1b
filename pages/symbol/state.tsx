/** Why a symbol has no value of an actor, or an old one: in words, and in this one place. */
import type { Value } from "../../engine/actor.ts";
import type { ActorStatus } from "../../engine/status.ts";
import { EXCHANGE_ZONE, isMarketOpen, nextOpen } from "../../market/hours.ts";
import { zonedText, zoneName } from "../../ui/time_texts.ts";
import type { View } from "../../ui/view.ts";

export interface Known {
  readonly symbol: string;
  /** Undefined if it cannot be told now. */
  readonly status: ActorStatus | undefined;
  readonly latest: Value | undefined;
  readonly staleAfterMs: View["staleAfterMs"];
  /** In which times read. */
  readonly zone: string;
  readonly now: Date;
}

export interface Saying {
  readonly text: string;
  /** True if something is wrong, and not only resting. */
  readonly bad: boolean;
}

/** What there is to say of the value, the cause first; nothing of one that is fresh. */
export function sayingsOf(known: Known): Saying[] {
  const { symbol, status, latest } = known;
  const sayings: Saying[] = [];
  const failure = status?.failing[symbol];
  if (failure) {
    const text = `The last scan of ${symbol} failed: ${sentence(failure)}`;
    sayings.push({ text, bad: true });
  }
  const unwell = status && unwellOf(status);
  if (unwell) sayings.push({ text: unwell, bad: true });
  const resting = restingOf(known);
  if (resting) sayings.push({ text: resting, bad: false });
  if (!latest) {
    const text = sayings.length ? "There is no value yet." : waitingText(known);
    return [...sayings, { text, bad: false }];
  }
  if (isStale(known) && !resting) {
    const since = zonedText(Date.parse(latest.at), "moment", known.zone);
    sayings.push({
      text: `The value is old: nothing newer came since ${since}.`,
      bad: true,
    });
  }
  return sayings;
}

export function Sayings({ known }: { known: Known }) {
  return sayingsOf(known).map(({ text, bad }) => (
    <p key={text} class={bad ? "notice bad" : "notice"}>{text}</p>
  ));
}

function isStale({ latest, staleAfterMs = Infinity, now }: Known): boolean {
  return latest !== undefined &&
    now.getTime() - Date.parse(latest.at) > staleAfterMs;
}

function unwellOf({ state, schedule, title }: ActorStatus): string | null {
  if (state === "paused") return `${title} is paused: nothing is scanned.`;
  if (state === "failed" || state === "stopped") {
    return `${title} does not run now.`;
  }
  if (schedule.last_error) {
    return `The last scan failed: ${sentence(schedule.last_error)}`;
  }
  return schedule.waiting && !/market/i.test(schedule.waiting)
    ? `It does not scan now: ${sentence(schedule.waiting)}`
    : null;
}

/** The market's hours explain an old value, and are told with when they begin again. */
function restingOf({ symbol, status, zone, now }: Known): string | null {
  if (status?.closed?.[symbol] === null) return "Its exchange is closed.";
  const isOpen = status?.closed
    ? !(symbol in status.closed)
    : isMarketOpen(now);
  if (!status?.schedule.market_hours || isOpen) return null;
  const opens = nextOpen(now).getTime();
  const there = `${zonedText(opens, "moment", EXCHANGE_ZONE)} in ${
    zoneName(EXCHANGE_ZONE)
  }`;
  const here = zone === EXCHANGE_ZONE
    ? ""
    : ` (${zonedText(opens, "moment", zone)} in ${zoneName(zone)})`;
  return `The market is closed until ${there}${here}.`;
}

function waitingText({ status, zone }: Known): string {
  const next = status?.schedule.next;
  const when = next
    ? ` The next scan is at ${zonedText(Date.parse(next), "moment", zone)}.`
    : "";
  return `Waiting for the first data.${when}`;
}

const sentence = (text: string) => /[.!?]$/.test(text) ? text : `${text}.`;
