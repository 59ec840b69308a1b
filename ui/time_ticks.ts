/** What stands along a chart's time: round times, days, and the breaks where closed hours are left out. */
import type { Stretch, TimeScale } from "./time_scale.ts";
import { type TimeForm, zonedText } from "./time_texts.ts";

export interface Tick {
  readonly x: number;
  readonly text: string;
}

export interface Break extends Tick {
  /** True if its text has room: two of them never overlap. */
  readonly labelled: boolean;
  /** What is left out there; null where a day begins and nothing is. */
  readonly closed: Stretch | null;
}

export interface Axis {
  readonly ticks: readonly Tick[];
  readonly breaks: readonly Break[];
}

interface Zones {
  /** Round times are those of its clocks. */
  readonly exchange: string;
  /** What the texts say. */
  readonly shown: string;
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** Up to so much is told by the clock, more by the calendar: three sessions, or three days around the clock. */
const clockMs = { sessions: 25 * 60 * minute, days: 3 * day + 60 * minute };
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720];
/** As many labels as a desktop's chart has room for; the style leaves every other one out on a phone. */
const most = 9;
/** The least distance of two labels. */
const apart = 0.075;
/** More lines than this would hide the chart: then only those of the axis's weeks or months are drawn. */
const mostBreaks = 45;

export function timeAxis(scale: TimeScale, zones: Zones): Axis {
  const short = scale.closed.length ? clockMs.sessions : clockMs.days;
  if (scale.open(scale.to) <= short) {
    return {
      ticks: ticksAt(clockTimes(scale, zones), "clock", scale, zones),
      breaks: breaksByClock(scale, zones),
    };
  }
  const calendar = calendarOf(scale, zones.exchange);
  return {
    ticks: ticksAt(calendar.marks, calendar.form, scale, zones),
    breaks: breaksByCalendar(scale, calendar, zones.shown),
  };
}

function ticksAt(
  times: readonly number[],
  form: TimeForm,
  { x }: TimeScale,
  { shown }: Zones,
): Tick[] {
  const ticks = times.map((ms) => (
    { x: x(ms), text: zonedText(ms, form, shown) }
  ));
  return withRoom(ticks);
}

/** Drops each that is too near to the one before it. */
function withRoom(ticks: readonly Tick[]): Tick[] {
  let last = -1;
  return ticks.filter(({ x }) => {
    const room = x - last >= apart;
    if (room) last = x;
    return room;
  });
}

/** Round times of the exchange's clocks, on both sides of a change of the clocks as well. */
function clockTimes(scale: TimeScale, { exchange }: Zones): number[] {
  const wide = scale.open(scale.to) / minute;
  const step = steps.find((one) => wide / one <= most) ?? 720;
  const times: number[] = [];
  for (const start of daysOf(scale, exchange)) {
    for (let at = 0; at < 24 * 60; at += step) {
      const clock = start.add({ hours: Math.floor(at / 60), minutes: at % 60 });
      const ms = clock.toZonedDateTime(exchange).epochMilliseconds;
      if (ms >= scale.from && ms <= scale.to && isOpen(scale, ms)) {
        times.push(ms);
      }
    }
  }
  return times;
}

function daysOf(
  { from, to }: TimeScale,
  zone: string,
): Temporal.PlainDateTime[] {
  const plainDate = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
      .toPlainDate();
  const days: Temporal.PlainDateTime[] = [];
  const last = plainDate(to);
  for (
    let date = plainDate(from);
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) days.push(date.toPlainDateTime());
  return days;
}

function isOpen({ closed }: TimeScale, ms: number): boolean {
  return !closed.some(([start, end]) => ms > start && ms < end);
}

interface CalendarDate {
  /** Since 1970. */
  readonly day: number;
  readonly month: number;
  readonly year: number;
}

function dateOf(ms: number, zone: string): CalendarDate {
  const clock = Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(zone);
  const { year, month } = clock;
  return {
    day: Math.floor(Date.UTC(year, month - 1, clock.day) / day),
    month,
    year,
  };
}

/** Coarser and coarser: two moments with the same number are of one day, week, month, … */
const units: readonly (readonly [TimeForm, (date: CalendarDate) => number])[] =
  [
    ["day", (date) => date.day],
    // 1 January 1970 was a Thursday.
    ["day", (date) => Math.floor((date.day + 3) / 7)],
    ["month", ({ year, month }) => year * 12 + month],
    ["month", ({ year, month }) => year * 6 + Math.ceil(month / 2)],
    ["month", ({ year, month }) => year * 4 + Math.ceil(month / 3)],
    ["year", ({ year }) => year],
    ["year", ({ year }) => Math.floor(year / 5)],
    ["year", ({ year }) => Math.floor(year / 25)],
  ];

interface Calendar {
  readonly form: TimeForm;
  readonly marks: readonly number[];
  /** The moments at which the lines of breaks may stand: of the finest unit that is not too many. */
  readonly lines: ReadonlySet<number>;
}

/** The first open moments of days, weeks, months or years: of the finest that has room. */
function calendarOf(scale: TimeScale, zone: string): Calendar {
  const opens = scale.closed.length > 0
    ? scale.closed.map(([, end]) => end)
    : midnights(scale, zone);
  const dates = opens.map((ms) => dateOf(ms, zone));
  const all = units.map(([form, of]) => ({
    form,
    marks: opens.filter((_, i) =>
      i === 0 || of(dates[i]!) !== of(dates[i - 1]!)
    ),
  }));
  const chosen = all.find(({ marks }) => marks.length <= most) ?? all.at(-1)!;
  const drawn = all.find(({ marks }) => marks.length <= mostBreaks) ?? chosen;
  return { ...chosen, lines: new Set(drawn.marks) };
}

function midnights(scale: TimeScale, zone: string): number[] {
  if (scale.to - scale.from > 400 * day * most) return [scale.from];
  return daysOf(scale, zone)
    .map((date) => date.toZonedDateTime(zone).epochMilliseconds)
    .filter((ms) => ms > scale.from && ms < scale.to);
}

/** The lines of a chart that is told by the calendar have no texts: the axis below has them. */
function breaksByCalendar(
  scale: TimeScale,
  { lines }: Calendar,
  shown: string,
): Break[] {
  return scale.closed.filter(([, end]) => lines.has(end)).map((closed) => {
    const text = zonedText(closed[1], "weekday", shown);
    return { x: scale.x(closed[1]), text, labelled: false, closed };
  });
}

/** Where the days meet, each with its date: at the closed stretches, or at midnight where there are none. */
function breaksByClock(scale: TimeScale, { exchange, shown }: Zones): Break[] {
  const days = scale.closed.length > 0
    ? scale.closed.map((closed) => ({ ms: closed[1], closed }))
    : midnights(scale, exchange).map((ms) => ({ ms, closed: null }));
  let last = -1;
  return days.map(({ ms, closed }) => {
    const x = scale.x(ms);
    const labelled = x - last > 0.12 && x < 0.9;
    if (labelled) last = x;
    return { x, text: zonedText(ms, "weekday", shown), labelled, closed };
  });
}
