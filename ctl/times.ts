/** Times as people give and read them in a shell; programs get them exactly. */

/** Of the shell, or UTC. */
export interface Clock {
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly utc: boolean;
}

const unitMs = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const relative = /^([+-])(\d+(?:\.\d+)?)\s*([smhdw])$/i;
const dayTime =
  /^(?:(today|yesterday|tomorrow)|(\d{4})-(\d{2})-(\d{2}))?(?:[ T]?(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/i;
const zoned = /\d(?:Z|[+-]\d\d:?\d\d)$/i;

export const timeHint =
  "-1h, -30m, 14:35, 'yesterday 14:35', 2026-01-31 or 2026-01-31T14:30:00Z";

/**
 * As RFC 3339 in UTC; null if the text is no such time, as a position of a stream is not. A time of day without
 * a day is the last one there was, or with `ahead` the next one.
 */
export function parseTime(
  text: string,
  { now, utc }: Clock,
  ahead = false,
): string | null {
  const given = text.trim();
  const [, sign, count, unit] = relative.exec(given) ?? [];
  if (sign) {
    const ms = Number(count) *
      unitMs[unit!.toLowerCase() as keyof typeof unitMs];
    return toIso(now + (sign === "-" ? -ms : ms));
  }
  if (given === "now") return toIso(now);
  if (zoned.test(given)) return toIso(Date.parse(given));
  const parts = given === "" ? null : dayTime.exec(given);
  return parts && toIso(ofDay(parts, { now, utc }, ahead));
}

function toIso(ms: number): string | null {
  return Number.isNaN(new Date(ms).getTime())
    ? null
    : new Date(ms).toISOString();
}

function ofDay(
  [, word, year, month, day, hour = "0", minute = "0", second = "0"]:
    RegExpExecArray,
  { now, utc }: Clock,
  ahead: boolean,
): number {
  const date = new Date(now);
  const at = (y: number, m: number, d: number) => {
    const numbers = [
      y,
      m,
      d,
      Number(hour),
      Number(minute),
      Number(second),
    ] as const;
    if (numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59) return NaN;
    const ms = utc ? Date.UTC(...numbers) : +new Date(...numbers);
    // 31 June would be 1 July.
    const back = new Date(ms);
    return (utc ? back.getUTCMonth() : back.getMonth()) === m ? ms : NaN;
  };
  if (year) return at(Number(year), Number(month) - 1, Number(day));
  const days = { yesterday: -1, tomorrow: 1 }[word?.toLowerCase() ?? ""] ?? 0;
  const midnight = utc
    ? [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()] as const
    : [date.getFullYear(), date.getMonth(), date.getDate()] as const;
  const ofShift = (shift: number) => {
    // By noon, as a day may have 23 hours.
    const noon = utc
      ? new Date(Date.UTC(...midnight, 12) + shift * unitMs.d)
      : new Date(+new Date(...midnight, 12) + shift * unitMs.d);
    return utc
      ? at(noon.getUTCFullYear(), noon.getUTCMonth(), noon.getUTCDate())
      : at(noon.getFullYear(), noon.getMonth(), noon.getDate());
  };
  const asked = ofShift(days);
  if (word) return asked;
  if (!ahead && asked > now) return ofShift(-1);
  return ahead && asked <= now ? ofShift(1) : asked;
}

/** `3 min ago`, `in 2 h`, `just now`; the day for what is months away. */
export function relativeTime(iso: string, now: number): string {
  const ms = now - Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  const length = Math.abs(ms);
  if (length < 1_000) return "just now";
  if (length >= 60 * unitMs.d) return new Date(iso).toISOString().slice(0, 10);
  const text = lengthText(length);
  return ms > 0 ? `${text} ago` : `in ${text}`;
}

function lengthText(ms: number): string {
  if (ms < unitMs.m) return `${Math.floor(ms / 1_000)} s`;
  if (ms < unitMs.h) return `${Math.floor(ms / unitMs.m)} min`;
  if (ms < 2 * unitMs.d) return `${Math.floor(ms / unitMs.h)} h`;
  return `${Math.floor(ms / unitMs.d)} days`;
}
