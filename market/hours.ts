/**
 * When US equities trade: the regular session, 9:30 to 16:00 in New York, to 13:00 on short days, by Rule
 * 7.2 of the New York Stock Exchange and its published calendars. Closings that no rule foresees
 * (mourning, storms) are not known here: quotes are then scanned and do not change.
 */

const { PlainDate } = Temporal;
type Day = Temporal.PlainDate;

const MONDAY = 1, THURSDAY = 4, SATURDAY = 6, SUNDAY = 7;
/** Minutes since midnight in New York. */
const OPEN = 9 * 60 + 30, CLOSE = 16 * 60, EARLY_CLOSE = 13 * 60;

/** Where the exchange is: its sessions follow these clocks. */
export const EXCHANGE_ZONE = "America/New_York";

/**
 * The last day of the calendars that the exchange has published, to which these rules were compared; what comes
 * after it is by rule alone.
 */
export const CALENDAR_UNTIL = "2028-12-31";

/** How long after the close quotes are still worth scanning: the closing price comes a little late. */
export const CLOSING_GRACE_MS = 5 * 60 * 1000;

/** True from the opening bell up to, and not including, the closing one. */
export function isMarketOpen(now: Date): boolean {
  const clock = now.toTemporalInstant().toZonedDateTimeISO(EXCHANGE_ZONE);
  const day = clock.toPlainDate();
  if (isWeekend(day) || isOneOf(holidays(day.year), day)) return false;
  const close = isOneOf(shortDays(day.year), day) ? EARLY_CLOSE : CLOSE;
  const minute = clock.hour * 60 + clock.minute;
  return minute >= OPEN && minute < close;
}

/** True while quotes are worth scanning: the session and `CLOSING_GRACE_MS` after it. */
export function isQuoteTime(now: Date): boolean {
  return isMarketOpen(now) ||
    isMarketOpen(new Date(now.getTime() - CLOSING_GRACE_MS));
}

/** A regular session, in ms since 1970: from the opening bell up to the closing one. */
export interface Session {
  readonly open: number;
  readonly close: number;
}

/** The sessions that have any part between the two instants, oldest first. */
export function sessionsBetween(from: Date, to: Date): Session[] {
  const first = from.getUTCFullYear();
  const years = to.getUTCFullYear() - first + 1;
  return Array.from({ length: years }, (_, i) => sessionsOf(first + i))
    .flat()
    .filter(({ open, close }) => close > from.getTime() && open < to.getTime());
}

/** The next opening bell after `now`, also while a session runs. */
export function nextOpen(now: Date): Date {
  const inTwoWeeks = new Date(now.getTime() + 14 * 24 * 3_600_000);
  const next = sessionsBetween(now, inTwoWeeks)
    .find(({ open }) => open > now.getTime());
  return new Date(next!.open);
}

const sessionsByYear = new Map<number, Session[]>();

/** Found once: 250 days in New York's clocks take some milliseconds. */
function sessionsOf(year: number): Session[] {
  const known = sessionsByYear.get(year);
  if (known) return known;
  const closed = new Set(holidays(year).map(String));
  const short = new Set(shortDays(year).map(String));
  const sessions: Session[] = [];
  for (
    let day = new PlainDate(year, 1, 1);
    day.year === year;
    day = day.add({ days: 1 })
  ) {
    if (isWeekend(day) || closed.has(day.toString())) continue;
    const close = short.has(day.toString()) ? EARLY_CLOSE : CLOSE;
    sessions.push({ open: instantOf(day, OPEN), close: instantOf(day, close) });
  }
  sessionsByYear.set(year, sessions);
  return sessions;
}

function instantOf(day: Day, minutes: number): number {
  const plainTime = Temporal.PlainTime.from("00:00").add({ minutes });
  return day.toZonedDateTime({ timeZone: EXCHANGE_ZONE, plainTime })
    .epochMilliseconds;
}

/** Trading ends at 13:00: the day before Independence Day and Christmas, and after Thanksgiving. */
function shortDays(year: number): Day[] {
  return [
    new PlainDate(year, 7, 3),
    new PlainDate(year, 12, 24),
    nthWeekday(year, 11, THURSDAY, 4).add({ days: 1 }),
  ];
}

function holidays(year: number): Day[] {
  const days = [
    // On a Saturday it is not made up for: the Friday before belongs to the list of the year before,
    // which does not have it, because that Friday ends the year's accounts.
    observed(new PlainDate(year, 1, 1)),
    nthWeekday(year, 1, MONDAY, 3), // Martin Luther King Jr. Day
    nthWeekday(year, 2, MONDAY, 3), // Washington's Birthday
    easter(year).subtract({ days: 2 }), // Good Friday
    nthWeekday(year, 6, MONDAY, 0), // Memorial Day: the last Monday of May
    observed(new PlainDate(year, 7, 4)), // Independence Day
    nthWeekday(year, 9, MONDAY, 1), // Labor Day
    nthWeekday(year, 11, THURSDAY, 4), // Thanksgiving
    observed(new PlainDate(year, 12, 25)), // Christmas
  ];
  if (year >= 2022) days.push(observed(new PlainDate(year, 6, 19))); // Juneteenth
  return days;
}

/** A holiday on a Sunday is kept on the Monday after, one on a Saturday on the Friday before. */
function observed(day: Day): Day {
  if (day.dayOfWeek === SUNDAY) return day.add({ days: 1 });
  if (day.dayOfWeek === SATURDAY) return day.subtract({ days: 1 });
  return day;
}

function isWeekend({ dayOfWeek }: Day): boolean {
  return dayOfWeek === SATURDAY || dayOfWeek === SUNDAY;
}

/** The 0th is the last one of the month before. */
function nthWeekday(
  year: number,
  month: number,
  weekday: number,
  nth: number,
): Day {
  const first = new PlainDate(year, month, 1);
  const offset = (weekday - first.dayOfWeek + 7) % 7;
  return first.add({ days: offset + 7 * (nth - 1) });
}

/** Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
function easter(year: number): Day {
  const a = year % 19, b = Math.floor(year / 100), c = year % 100;
  const d = Math.floor(b / 4), e = b % 4, f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4), k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return new PlainDate(year, Math.floor(n / 31), (n % 31) + 1);
}

function isOneOf(days: readonly Day[], day: Day): boolean {
  return days.some((each) => each.equals(day));
}
