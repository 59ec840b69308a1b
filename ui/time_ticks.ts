/** What stands along a chart's time: round times, days, and the breaks where closed hours are left out. */
import { dayAt, dayMs, midnightOf, monthOf } from "./calendar_days.ts";
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
/** Up to so much is told by the clock, more by the calendar: three sessions, or three days around the clock. */
const clockMs = { sessions: 25 * 60 * minute, days: 3 * dayMs + 60 * minute };
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
  for (const day of daysOf(scale, exchange)) {
    const date = Temporal.PlainDate.from({ year: 1970, month: 1, day: 1 })
      .add({ days: day });
    for (let at = 0; at < 24 * 60; at += step) {
      const plainTime = { hour: Math.floor(at / 60), minute: at % 60 };
      const ms = date.toZonedDateTime({ timeZone: exchange, plainTime })
        .epochMilliseconds;
      if (ms >= scale.from && ms <= scale.to && isOpen(scale, ms)) {
        times.push(ms);
      }
    }
  }
  return times;
}

function daysOf({ from, to }: TimeScale, zone: string): number[] {
  const first = dayAt(from, zone);
  const length = dayAt(to, zone) - first + 1;
  return Array.from({ length }, (_, n) => first + n);
}

function isOpen({ closed }: TimeScale, ms: number): boolean {
  return !closed.some(([start, end]) => ms > start && ms < end);
}

/** Coarser and coarser: two days with the same number are of one day, week, month, … */
const units: readonly (readonly [TimeForm, (day: number) => number])[] = [
  ["day", (day) => day],
  // 1 January 1970 was a Thursday.
  ["day", (day) => Math.floor((day + 3) / 7)],
  ["month", (day) => monthOf(day)],
  ["month", (day) => Math.floor(monthOf(day) / 2)],
  ["month", (day) => Math.floor(monthOf(day) / 3)],
  ["year", (day) => Math.floor(monthOf(day) / 12)],
  ["year", (day) => Math.floor(monthOf(day) / 60)],
  ["year", (day) => Math.floor(monthOf(day) / 300)],
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
  const days = opens.map((ms) => dayAt(ms, zone));
  const finest = (room: number) => {
    let made: Omit<Calendar, "lines"> = { form: "year", marks: [] };
    for (const [form, of] of units) {
      const isFirst = (_: number, i: number) =>
        i === 0 || of(days[i]!) !== of(days[i - 1]!);
      made = { form, marks: opens.filter(isFirst) };
      if (made.marks.length <= room) break;
    }
    return made;
  };
  return { ...finest(most), lines: new Set(finest(mostBreaks).marks) };
}

function midnights(scale: TimeScale, zone: string): number[] {
  if (scale.to - scale.from > 400 * dayMs * most) return [scale.from];
  return daysOf(scale, zone)
    .map((day) => midnightOf(day, zone))
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
