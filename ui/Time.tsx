/** Times as people read them, in their locale: in UTC from the server, in the reader's own zone once islands/Times.tsx runs. */
import { keptFormats } from "./locale.ts";

/**
 * - `full`: 24 Nov, 14:30; with the year if it is not this one
 * - `minute`: 14:30
 * - `date`: 24 Nov
 * - `month`: Nov 2026
 * - `age`: 3 min ago
 * - `until`: in 3 min
 * - `span`: 3 min, since then
 */
export type TimeStyle = keyof typeof formats | "age" | "until" | "span";

const formats = {
  full: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  minute: { hour: "2-digit", minute: "2-digit" },
  date: { day: "numeric", month: "short" },
  month: { month: "short", year: "numeric" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

const dated = { ...formats.full, year: "numeric" } as const;

const made = keptFormats((locale, how) => {
  const [style, timeZone] = how.split(" ") as [keyof typeof formats, string];
  const options = { dated, ...formats }[style];
  return new Intl.DateTimeFormat(locale, {
    ...options,
    ...timeZone && { timeZone },
  });
});

interface Props {
  /** RFC 3339. */
  at: string;
  /** How it reads; `full` unless told. */
  as?: TimeStyle;
}

/** The server does not know the reader's zone; the browser does. */
const zone = typeof document === "undefined" ? "UTC" : undefined;

export function Time({ at, as = "full" }: Props) {
  if (Number.isNaN(Date.parse(at))) return <span>{at}</span>;
  const utc = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  return (
    <time dateTime={at} data-as={as} title={`${utc} UTC`}>
      {timeText(at, as, Date.now(), zone)}
    </time>
  );
}

/** `zone` is `UTC` on the server, and undefined in the browser for the reader's own. */
export function timeText(
  at: string,
  style: TimeStyle,
  now: number,
  zone?: string,
): string {
  const ms = Date.parse(at);
  const age = now - ms;
  if (style === "span") return spanText(age);
  if (style === "until") return age >= 0 ? "due now" : `in ${spanText(-age)}`;
  if (style === "age") return ageText(age);
  // A calendar month is the market's and the same everywhere; it must not move with the reader's zone.
  const timeZone = style === "month" ? "UTC" : zone;
  const sameYear =
    new Date(ms).getUTCFullYear() === new Date(now).getUTCFullYear();
  const how = style === "full" && !sameYear ? "dated" : style;
  const text = made(`${how} ${timeZone ?? ""}`).format(ms);
  return zone && "hour" in formats[style] ? `${text} ${zone}` : text;
}

/** `3 min ago`. @param ms less than 0 by a clock that is a little ahead of ours */
export function ageText(ms: number): string {
  return ms < 5_000 ? "just now" : `${spanText(ms)} ago`;
}

/** One unit, rounded down: `42 s`, `3 min`, `5 h`, `12 d`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `12 ms`, `1.2 s`, then as everywhere. */
export function tookText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : spanText(ms);
}
