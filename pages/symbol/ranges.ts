/** The ranges of time that a chart offers. */
const day = 86_400_000;

export const ranges = [
  { name: "1d", label: "1D", ms: day },
  { name: "5d", label: "5D", ms: 7 * day },
  { name: "1m", label: "1M", ms: 31 * day },
  { name: "all", label: "All", ms: null },
] as const;

export type Range = (typeof ranges)[number];

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
