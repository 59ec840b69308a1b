/**
 * When US equities trade: the regular session, 9:30 to 16:00 in New York, to 13:00 on short days, by Rule
 * 7.2 of the New York Stock Exchange and its published calendars. Closings that no rule foresees
 * (mourning, storms) are not known here: quotes are then scanned and do not change. Days are the
 * calendar's, as Dates at midnight UTC.
 */

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SATURDAY = 6, SUNDAY = 0, MONDAY = 1, THURSDAY = 4;
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
  const year = day.getUTCFullYear();
  if (isWeekend(day) || isOneOf(holidays(year), day)) return false;
  const close = isOneOf(shortDays(year), day) ? EARLY_CLOSE : CLOSE;
  return minute >= OPEN && minute < close;
}

/** True while quotes are worth scanning: the session and `CLOSING_GRACE_MS` after it. */
export function isQuoteTime(now: Date): boolean {
  return isMarketOpen(now) ||
    isMarketOpen(new Date(now.getTime() - CLOSING_GRACE_MS));
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

/** Trading ends at 13:00: the day before Independence Day and Christmas, and after Thanksgiving. */
function shortDays(year: number): Date[] {
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4);
  return [date(year, 7, 3), date(year, 12, 24), addDays(thanksgiving, 1)];
}

function holidays(year: number): Date[] {
  const days = [
    // On a Saturday it is not made up for: the Friday before belongs to the list of the year before,
    // which does not have it, because that Friday ends the year's accounts.
    observed(date(year, 1, 1)),
    nthWeekday(year, 1, MONDAY, 3), // Martin Luther King Jr. Day
    nthWeekday(year, 2, MONDAY, 3), // Washington's Birthday
    addDays(easter(year), -2), // Good Friday
    nthWeekday(year, 6, MONDAY, 0), // Memorial Day: the last Monday of May
    observed(date(year, 7, 4)), // Independence Day
    nthWeekday(year, 9, MONDAY, 1), // Labor Day
    nthWeekday(year, 11, THURSDAY, 4), // Thanksgiving
    observed(date(year, 12, 25)), // Christmas
  ];
  if (year >= 2022) days.push(observed(date(year, 6, 19))); // Juneteenth
  return days;
}

/** A holiday on a Sunday is kept on the Monday after, one on a Saturday on the Friday before. */
function observed(day: Date): Date {
  if (day.getUTCDay() === SUNDAY) return addDays(day, 1);
  if (day.getUTCDay() === SATURDAY) return addDays(day, -1);
  return day;
}

function isWeekend(day: Date): boolean {
  return day.getUTCDay() === SATURDAY || day.getUTCDay() === SUNDAY;
}

function nthWeekday(
  year: number,
  month: number,
  weekday: number,
  nth: number,
): Date {
  const first = date(year, month, 1);
  const offset = (weekday - first.getUTCDay() + 7) % 7;
  return addDays(first, offset + 7 * (nth - 1));
}

/** Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
function easter(year: number): Date {
  const a = year % 19, b = Math.floor(year / 100), c = year % 100;
  const d = Math.floor(b / 4), e = b % 4, f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4), k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return date(year, Math.floor(n / 31), (n % 31) + 1);
}

function date(year: number, month: number, day: number): Date {
  return new Date(Date.UTC(year, month - 1, day));
}

function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS);
}

function isOneOf(days: readonly Date[], day: Date): boolean {
  return days.some((each) => each.getTime() === day.getTime());
}
