/** When US equities trade: the regular session, 9:30 to 16:00 in New York, to 13:00 on short days. */
import { isClosedDay, isEarlyClose } from "./holidays.ts";

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Minutes since midnight in New York. */
const OPEN = 9 * 60 + 30, CLOSE = 16 * 60, EARLY_CLOSE = 13 * 60;

/** How long after the close quotes are still worth scanning: the closing price comes a little late. */
export const CLOSING_GRACE_MS = 5 * MINUTE_MS;

const newYork = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

/** True from the opening bell up to, and not including, the closing one. */
export function isMarketOpen(now: Date): boolean {
  const { day, minute } = newYorkClock(now);
  if (isClosedDay(day)) return false;
  return minute >= OPEN && minute < (isEarlyClose(day) ? EARLY_CLOSE : CLOSE);
}

/** True while quotes are worth scanning: the session and `CLOSING_GRACE_MS` after it. */
export function isQuoteTime(now: Date): boolean {
  return isMarketOpen(now) ||
    isMarketOpen(new Date(now.getTime() - CLOSING_GRACE_MS));
}

/** The first opening bell after `now`. */
export function nextOpen(now: Date): Date {
  let { day } = newYorkClock(now);
  while (true) {
    const open = newYorkTime(day, OPEN);
    if (!isClosedDay(day) && open.getTime() > now.getTime()) return open;
    day = new Date(day.getTime() + DAY_MS);
  }
}

/** The instant at which New York's clocks show `minute` minutes after midnight on a calendar day. */
export function newYorkTime(day: Date, minute: number): Date {
  const wall = day.getTime() + minute * MINUTE_MS;
  const shown = (ms: number) => {
    const clock = newYorkClock(new Date(ms));
    return clock.day.getTime() + clock.minute * MINUTE_MS;
  };
  // New York is behind UTC by what its clocks show; asked again there, in case they change in between.
  const guess = wall + (wall - shown(wall));
  return new Date(guess + (wall - shown(guess)));
}

/** What New York's calendar (as midnight UTC) and clocks (minutes since midnight) show. */
function newYorkClock(now: Date): { day: Date; minute: number } {
  const part: Record<string, number> = {};
  for (const { type, value } of newYork.formatToParts(now)) {
    part[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
  return {
    day: new Date(Date.UTC(year, month - 1, day)),
    minute: hour * 60 + minute,
  };
}
