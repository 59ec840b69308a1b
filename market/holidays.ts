/**
 * The days on which the New York Stock Exchange rests or closes early, by its Rule 7.2 and its published
 * calendars. Closings that no rule foresees (mourning, storms) are not known here: quotes are then
 * scanned and do not change. Days are the calendar's, as Dates at midnight UTC.
 */

const DAY_MS = 24 * 60 * 60 * 1000;
const SATURDAY = 6, SUNDAY = 0, MONDAY = 1, THURSDAY = 4;

/** Nothing is traded on that day: a weekend or a holiday. */
export function isClosedDay(day: Date): boolean {
  return isWeekend(day) || isHoliday(day);
}

/** Trading ends at 13:00: the day before Independence Day and Christmas, and after Thanksgiving. */
export function isEarlyClose(day: Date): boolean {
  if (isClosedDay(day)) return false;
  const [year, month, date] = parts(day);
  if (month === 7 && date === 3) return true;
  if (month === 12 && date === 24) return true;
  return same(day, addDays(nthWeekday(year, 11, THURSDAY, 4), 1));
}

function isHoliday(day: Date): boolean {
  const year = day.getUTCFullYear();
  return holidays(year).some((holiday) => same(holiday, day));
}

function holidays(year: number): Date[] {
  const days = [
    // On a Saturday it is not made up for: the Friday before belongs to the list of the year before,
    // which does not have it, because that Friday ends the year's accounts.
    observed(date(year, 1, 1)),
    nthWeekday(year, 1, MONDAY, 3), // Martin Luther King Jr. Day
    nthWeekday(year, 2, MONDAY, 3), // Washington's Birthday
    addDays(easter(year), -2), // Good Friday
    lastMonday(year, 5), // Memorial Day
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

function lastMonday(year: number, month: number): Date {
  const last = date(year, month + 1, 0);
  return addDays(last, -((last.getUTCDay() - MONDAY + 7) % 7));
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

function parts(day: Date): [number, number, number] {
  return [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
}

function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS);
}

function same(a: Date, b: Date): boolean {
  return a.getTime() === b.getTime();
}
