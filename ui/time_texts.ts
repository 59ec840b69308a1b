/** Times as people read them, in their locale and in a zone that is named: the same on the server and in the browser. */
import { keptFormats } from "./locale.ts";

const forms = {
  clock: { hour: "2-digit", minute: "2-digit" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  weekday: { weekday: "short", day: "numeric", month: "short" },
  day: { day: "numeric", month: "short" },
  month: { month: "short", year: "numeric" },
  year: { year: "numeric" },
  opening: {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  },
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

const formats = keptFormats((locale, how) => {
  const [form, timeZone] = how.split(" ");
  const options = forms[form as TimeForm];
  return new Intl.DateTimeFormat(locale, {
    ...options,
    ...timeZone && { timeZone },
  });
});

/** `ms` as the clocks and calendars of `zone` (an IANA name) show it. */
export function zonedText(ms: number, form: TimeForm, zone: string): string {
  return formats(`${form} ${zone}`).format(ms);
}

/** `America/New_York` is `New York`. */
export function zoneName(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}
