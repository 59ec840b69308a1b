/** Times of a chart as people read them, in a zone that is named: the same on the server and in the browser. */

const forms = {
  clock: { hour: "2-digit", minute: "2-digit" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  weekday: { weekday: "short", day: "numeric", month: "short" },
  day: { day: "numeric", month: "short" },
  month: { month: "short", year: "numeric" },
  year: { year: "numeric" },
  moment: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TimeForm = keyof typeof forms;

const known = new Map<string, Intl.DateTimeFormat>();

/** `ms` as the clocks and calendars of `zone` (an IANA name) show it. */
export function zonedText(ms: number, form: TimeForm, zone: string): string {
  const key = `${form} ${zone}`;
  let format = known.get(key);
  if (!format) {
    const options = { ...forms[form], timeZone: zone };
    format = new Intl.DateTimeFormat("en-GB", options);
    known.set(key, format);
  }
  return format.format(ms);
}

/** `America/New_York` is `New York`. */
export function zoneName(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}
