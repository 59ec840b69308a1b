/**
 * Time along a chart: linear, with only those times left out in which the exchange is closed and nothing
 * came. Instants are ms since 1970, positions are fractions of the plot from 0 to 1.
 */

export type Stretch = readonly [from: number, to: number];

/** From the opening bell to the closing one. */
export interface Session {
  readonly open: number;
  readonly close: number;
}

/** Closing prices come a little late, and some first ones a little early. */
const bellMs = 10 * 60_000;
/** If more of the values than this stand outside of sessions, these are not the sessions of what is shown. */
const mostStrays = 0.05;

/**
 * The stretches between sessions that hold no value: these may be left out. One that does hold some
 * stays whole. None at all for what trades around the clock, or at another exchange's hours.
 *
 * @param times of the values, oldest first
 * @param sessions oldest first, from the one before the first value to the one of the last
 */
export function closedTimes(
  times: readonly number[],
  sessions: readonly Session[],
): Stretch[] {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  let strays = 0;
  const closed: Stretch[] = [];
  sessions.forEach(({ close }, i) => {
    const open = sessions[i + 1]?.open ?? Infinity;
    const between = times.slice(after(times, close), before(times, open));
    const late = between.findLast((time) => time <= close + bellMs) ?? close;
    const early = between.find((time) => time >= open - bellMs) ?? open;
    const lost = between.filter((time) => time > late && time < early).length;
    strays += lost;
    const stretch = [Math.max(first, late), Math.min(last, early)] as const;
    if (lost === 0 && stretch[0] < stretch[1]) closed.push(stretch);
  });
  return strays > mostStrays * times.length ? [] : closed;
}

/** The index of the first time after `ms`. */
function after(times: readonly number[], ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index behind the last time before `ms`. */
function before(times: readonly number[], ms: number): number {
  return after(times, ms - 0.5);
}

export interface TimeScale {
  readonly from: number;
  readonly to: number;
  readonly closed: readonly Stretch[];
  /** How much of the time up to there is not left out, in ms. */
  open(ms: number): number;
  /** Where it stands; what lies in a closed stretch stands at its break. */
  x(ms: number): number;
}

export function timeScale(
  from: number,
  to: number,
  closed: readonly Stretch[],
): TimeScale {
  const starts = closed.map(([start]) => start);
  let sum = 0;
  const sums = [0, ...closed.map(([start, end]) => sum += end - start)];
  const open = (ms: number) => {
    const within = Math.min(Math.max(ms, from), to);
    const passed = after(starts, within);
    const [, end] = closed[passed - 1] ?? [within, within];
    return within - from - sums[passed]! + Math.max(0, end - within);
  };
  const total = open(to);
  const x = (ms: number) => total === 0 ? 0.5 : open(ms) / total;
  return { from, to, closed, open, x };
}

/** How much longer than usual a pause is a gap. */
const gapFactor = 4;
/** So many pauses on each side say what is usual there. */
const around = 5;

/** A value, and how long nothing came before it, in ms: since the one before it here, unless told. */
export interface Came {
  readonly at: number;
  readonly pauseMs?: number | undefined;
}

/**
 * The indexes of the values before which something is missing: the pause, without what is left out, is
 * several times as long as is usual there and over the whole chart. So values that came less often once
 * have no gaps where nothing was missed. Of thinned values only the pauses that they tell count: the
 * others stand for what is not shown.
 */
export function gapsBefore(
  values: readonly Came[],
  { open }: Pick<TimeScale, "open">,
): number[] {
  const thinned = values.some(({ pauseMs }) => pauseMs !== undefined);
  const known = values.flatMap(({ at, pauseMs }, i) => {
    const told = pauseMs === undefined ? undefined : at - pauseMs;
    const since = thinned ? told : values[i - 1]?.at;
    return since === undefined ? [] : [{ i, pause: open(at) - open(since) }];
  });
  const pauses = known.map(({ pause }) => pause);
  const usual = quantile(pauses, 0.75);
  return known.flatMap(({ i, pause }, n) => {
    if (pause <= gapFactor * usual) return [];
    const before = quantile(pauses.slice(Math.max(0, n - around), n), 0.5);
    const behind = quantile(pauses.slice(n + 1, n + 1 + around), 0.5);
    return pause > gapFactor * Math.max(before, behind) ? [i] : [];
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
