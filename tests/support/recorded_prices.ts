/**
 * Recorded minute prices of real trading days, which stand beside the project and are not part of it:
 * `prices/20131007_spy_minute_trade.csv` holds, a line a minute, milliseconds since midnight in New
 * York, open, high, low, close (each times 10000) and volume, with no header.
 */
import { fileURLToPath } from "node:url";

/** Where the recordings are looked for: `../shared/market-data`, seen from the project's root. */
export const DEFAULT_FOLDER = new URL(
  "../../../shared/market-data/",
  import.meta.url,
);

export interface RecordedDay {
  /** YYYY-MM-DD, in New York. */
  readonly date: string;
  readonly symbol: string;
  readonly file: URL;
}

/** A minute of a recording, and what a quote says of it. */
export interface RecordedRow {
  /** The start of the minute, RFC 3339 UTC with milliseconds. */
  readonly at: string;
  /** The minute's own prices, in dollars. */
  readonly bar: {
    readonly open: number;
    readonly high: number;
    readonly low: number;
    readonly close: number;
    readonly volume: number;
  };
  /** The minute's close. */
  readonly price: number;
  /** Of the day up to and with this minute. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  /** The last close of the recorded day before; of the first one, the day's first open. */
  readonly previous_close: number;
  /** Null on a symbol's first recorded day. */
  readonly change: number | null;
  readonly percent_change: number | null;
}

/** There is no recording where it was looked for; whoever wants one must put it there. */
export class MissingRecordingError extends Error {
  override readonly name = "MissingRecordingError";
  constructor(folder: URL, cause?: unknown) {
    super(
      `There is no recording in ${
        fileURLToPath(folder)
      }: put the folder market-data, with its prices (20131007_spy_minute_trade.csv and the like) and its samples, where it is looked for (${
        fileURLToPath(DEFAULT_FOLDER)
      } unless told), or leave this test out`,
      { cause },
    );
  }
}

/** The days recorded, by date and symbol. @throws {MissingRecordingError} */
export function recordedDays(folder: URL = DEFAULT_FOLDER): RecordedDay[] {
  const prices = new URL("prices/", folder);
  const days = fileNames(prices).flatMap((name) => {
    const [, y, m, d, symbol] =
      /^(\d{4})(\d\d)(\d\d)_([a-z.]+)_minute_trade\.csv$/.exec(name) ?? [];
    if (!symbol) return [];
    const file = new URL(name, prices);
    return [{ date: `${y}-${m}-${d}`, symbol: symbol.toUpperCase(), file }];
  });
  if (days.length === 0) throw new MissingRecordingError(prices);
  return days.sort((a, b) => key(a) < key(b) ? -1 : 1);
}

/**
 * Whether tests have to be left out, which it says. The recordings are others' data, and so not a part
 * of this project.
 */
export function recordingsMissing(tests: string): boolean {
  try {
    recordedDays();
    return false;
  } catch (error) {
    if (!(error instanceof MissingRecordingError)) throw error;
    console.warn(`Left out: ${tests}. ${error.message}.`);
    return true;
  }
}

function fileNames(folder: URL): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new MissingRecordingError(folder, cause);
  }
}

/** Every recorded minute of a symbol, oldest first, over all of its days. */
export function readRows(
  days: readonly RecordedDay[],
  symbol: string,
): RecordedRow[] {
  const rows: RecordedRow[] = [];
  for (const day of days.filter((day) => day.symbol === symbol)) {
    rows.push(...readDay(day, rows.at(-1)?.price));
  }
  return rows;
}

function readDay(
  day: RecordedDay,
  lastClose: number | undefined,
): RecordedRow[] {
  const midnight = newYorkTime(new Date(day.date), 0).getTime();
  const rows: RecordedRow[] = [];
  for (const line of Deno.readTextFileSync(day.file).trim().split(/\r?\n/)) {
    const { ms, bar } = readLine(line, day.file);
    const before = rows.at(-1);
    const previous_close = lastClose ?? before?.previous_close ?? bar.open;
    const change = lastClose === undefined ? null : bar.close - lastClose;
    rows.push({
      at: new Date(midnight + ms).toISOString(),
      bar,
      price: bar.close,
      open: before?.open ?? bar.open,
      high: Math.max(before?.high ?? bar.high, bar.high),
      low: Math.min(before?.low ?? bar.low, bar.low),
      previous_close,
      change: change === null ? null : round4(change),
      percent_change: change === null
        ? null
        : round4(100 * change / previous_close),
    });
  }
  return rows;
}

function readLine(line: string, file: URL) {
  const fields = line.split(",").map(Number);
  const [ms = NaN, open = 0, high = 0, low = 0, close = 0, volume = 0] = fields;
  if (fields.length !== 6 || fields.some((field) => !Number.isFinite(field))) {
    throw new Error(
      `${fileURLToPath(file)} holds a line that is no bar: "${line}"`,
    );
  }
  const bar = {
    open: open / 10_000,
    high: high / 10_000,
    low: low / 10_000,
    close: close / 10_000,
    volume,
  };
  return { ms, bar };
}

function key(day: RecordedDay): string {
  return `${day.date} ${day.symbol}`;
}

function round4(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** The instant at which New York's clocks show `minute` minutes after midnight on a calendar day. */
export function newYorkTime(day: Date, minute: number): Date {
  const midnight = day.toTemporalInstant().toZonedDateTimeISO("UTC");
  const shown = midnight.toPlainDateTime().add({ minutes: minute });
  const { epochMilliseconds } = shown.toZonedDateTime("America/New_York");
  return new Date(epochMilliseconds);
}
