/** Days of a zone's calendar, each by its number: days since 1 January 1970, as the date reads. */

export const dayMs = 86_400_000;

/** Asked for again with each chart, and dear: what Temporal looks up in a zone's history. */
const known = new Map<string, Map<number, number>>();
/** Of a zone: 60 years. */
const mostKept = 22_000;

/** When that day begins there, in ms since 1970: midnight, or the first moment after it that there is. */
export function midnightOf(day: number, zone: string): number {
  let midnights = known.get(zone);
  if (!midnights) known.set(zone, midnights = new Map());
  let ms = midnights.get(day);
  if (ms === undefined) {
    if (midnights.size >= mostKept) midnights.clear();
    midnights.set(day, ms = lookedUp(day, zone));
  }
  return ms;
}

function lookedUp(day: number, zone: string): number {
  return Temporal.PlainDate.from({ year: 1970, month: 1, day: 1 })
    .add({ days: day }).toZonedDateTime(zone).epochMilliseconds;
}

/** The day on which `ms` is there. */
export function dayAt(ms: number, zone: string): number {
  let day = Math.floor(ms / dayMs);
  while (ms < midnightOf(day, zone)) day--;
  while (ms >= midnightOf(day + 1, zone)) day++;
  return day;
}

/** Months since January of the year 0. */
export function monthOf(day: number): number {
  const date = new Date(day * dayMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
