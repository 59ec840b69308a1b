/** What a reader chose to see of a symbol, as the address has it: range, zone, what to compare, where to point. */
import { EXCHANGE_ZONE } from "../../market/hours.ts";
import { parseSymbol } from "../../market/market.ts";
import { parseMoment } from "./moment.ts";

const day = 86_400_000;

/**
 * The ranges of time that a chart offers, from short to long. Up to `points` rows are shown as they are, a day
 * around the clock of two minutes each; what is thinned to them is told well enough with less.
 */
export const ranges = [
  { name: "1d", label: "1D", ms: day, points: 1_200 },
  { name: "5d", label: "5D", ms: 7 * day, points: 600 },
  { name: "1m", label: "1M", ms: 31 * day, points: 420 },
  { name: "6m", label: "6M", ms: 184 * day, points: 420 },
  { name: "1y", label: "1Y", ms: 366 * day, points: 420 },
  { name: "all", label: "All", ms: null, points: 420 },
] as const;

export type Range = (typeof ranges)[number];

export interface Choice {
  readonly range: Range;
  /** An IANA name. */
  readonly zone: string;
  /** True if the address names the zone: it is then remembered. */
  readonly zoneChosen: boolean;
  /** Another symbol. */
  readonly compare: string | null;
  /** What was typed to go to; empty without. */
  readonly typedAt: string;
  /** In ms since 1970; null if nothing was typed, or it is no time. */
  readonly at: number | null;
  /** What of the address could not be understood, in a sentence. */
  readonly complaint: string | null;
}

/** @param now in ms: what "14:35" and "yesterday" count from */
export function choiceOf(url: URL, cookie: string | null, now: number): Choice {
  const asked = url.searchParams;
  const named = zoneOf(asked.get("zone"));
  const zone = named ?? zoneOf(remembered(cookie)) ?? EXCHANGE_ZONE;
  const typedAt = asked.get("at")?.trim() ?? "";
  const at = typedAt ? parseMoment(typedAt, zone, now) : null;
  const other = asked.get("compare")?.trim() ?? "";
  const compare = other ? parseSymbol(other) : null;
  return {
    range: rangeOf(asked.get("range")),
    zone,
    zoneChosen: named !== null,
    compare,
    typedAt,
    at,
    complaint: complaintOf(typedAt, at, other, compare),
  };
}

function complaintOf(
  typedAt: string,
  at: number | null,
  other: string,
  compare: string | null,
): string | null {
  if (typedAt && at === null) {
    return `"${typedAt}" is not a time: write 14:35, yesterday 14:35 or ` +
      "2026-01-31 14:35.";
  }
  if (other && !compare) return `"${other}" cannot be a symbol.`;
  return null;
}

/** The range of that name; the first one for a name that there is not. */
export function rangeOf(name: string | null): Range {
  return ranges.find((range) => range.name === name) ?? ranges[0];
}

/**
 * Where the range starts, counted back from the newest value: on a Sunday the last day is Friday.
 * Undefined for "all".
 */
export function startOf(range: Range, newest: string): string | undefined {
  if (range.ms === null) return undefined;
  return new Date(Date.parse(newest) - range.ms).toISOString();
}

/** The range, or the first longer one that reaches back to `at`. */
export function rangeWith(range: Range, newest: string, at: number): Range {
  const reaches = ({ ms }: Range) =>
    ms === null || Date.parse(newest) - ms <= at;
  if (reaches(range)) return range;
  return ranges.slice(ranges.indexOf(range)).find(reaches)!;
}

/** `exchange`, `utc`, or an IANA name that the host knows; null for all else. */
export function zoneOf(name: string | null): string | null {
  if (name === null || !/^[A-Za-z][\w+\-/]{0,40}$/.test(name)) return null;
  if (name === "exchange") return EXCHANGE_ZONE;
  try {
    const format = new Intl.DateTimeFormat("en", { timeZone: name });
    const { timeZone } = format.resolvedOptions();
    // Only the letters' case is mended: Asia/Kolkata would become Asia/Calcutta.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    return null;
  }
}

const cookieName = "signalbox-zone";

function remembered(cookie: string | null): string | null {
  const found = cookie?.split(/;\s*/)
    .find((one) => one.startsWith(`${cookieName}=`));
  return found ? found.slice(cookieName.length + 1) : null;
}

/** The header that keeps the zone for a year. */
export function rememberZone(zone: string): string {
  const year = 366 * 24 * 3600;
  return `${cookieName}=${zone}; Path=/symbols; Max-Age=${year}; SameSite=Lax; HttpOnly`;
}

/** What an address has to say of the zone, so that whoever opens it sees the same. */
export function keptZone({ zone, zoneChosen }: Choice): { zone?: string } {
  return zoneChosen || zone !== EXCHANGE_ZONE ? { zone } : {};
}

/** The address of the page with other choices; an empty one is taken away. What was pointed at stays behind. */
export function addressOf(
  choice: Choice,
  changes: Readonly<Record<string, string>>,
): string {
  const { range, compare } = choice;
  const query = new URLSearchParams({
    range: range.name,
    ...keptZone(choice),
    ...compare && { compare },
    ...changes,
  });
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  return `?${query}`;
}
