/**
 * A server that speaks Finnhub's contract over recorded prices: what it answers is as of a clock that
 * the test moves, minute by minute, over real trading days. It can be told to misbehave.
 */
import {
  misbehave,
  type Misbehaviour,
  readSamples,
  refuse,
  route,
  type Samples,
} from "./finnhub_replay_answers.ts";
import {
  DEFAULT_FOLDER,
  newYorkTime,
  readRows,
  type RecordedDay,
  recordedDays,
  type RecordedRow,
} from "./recorded_prices.ts";

export type { Misbehaviour } from "./finnhub_replay_answers.ts";
export {
  MissingRecordingError,
  type RecordedDay,
  recordedDays,
  type RecordedRow,
  recordingsMissing,
} from "./recorded_prices.ts";

export interface ReplayOptions {
  /** Holds `prices/` and `samples/`; `../shared/market-data` beside the project unless told. */
  readonly folder?: URL;
  /** Of those recorded; all unless told. */
  readonly symbols?: readonly string[];
  /** Any free one unless told. */
  readonly port?: number;
  /** Every other key is refused as invalid. */
  readonly apiKey?: string;
}

export interface RecordedRequest {
  readonly path: string;
  readonly search: string;
  readonly status: number;
}

export interface Replay {
  /** For `FINNHUB_BASE_URL`. */
  readonly url: string;
  /** For `FINNHUB_API_KEY`. */
  readonly apiKey: string;
  readonly days: readonly RecordedDay[];
  /** Every answer so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** The replay's clock; it starts at the first recorded minute. */
  now(): Date;
  /** Sets the clock to a day (YYYY-MM-DD) and minutes since midnight, both in New York. */
  setMinute(date: string, minute: number): void;
  /** Moves the clock to the next recorded minute, into the next day if need be; null at the end. */
  advance(): Date | null;
  /** Every recorded minute of a symbol: what quotes must say of it. */
  rows(symbol: string): readonly RecordedRow[];
  /** The next `calls` calls go wrong in this way. */
  misbehave(how: Misbehaviour, calls: number): void;
  stop(): Promise<void>;
}

/** @throws {MissingRecordingError} */
export async function startReplay(
  options: ReplayOptions = {},
): Promise<Replay> {
  const { folder = DEFAULT_FOLDER, apiKey = "replay-key" } = options;
  const days = chooseDays(folder, options.symbols);
  const symbols = new Set(days.map((day) => day.symbol));
  const rows = new Map([...symbols].map((one) => [one, readRows(days, one)]));
  const samples = await readSamples(folder);
  const clock = createClock(rows);
  const trouble = createTrouble(samples);
  const requests: RecordedRequest[] = [];

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const response = await trouble.next() ??
      refuse(request, url, apiKey, samples) ??
      route(url, rows, clock.now(), samples);
    const { pathname: path, search } = url;
    requests.push({ path, search, status: response.status });
    return response;
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: options.port ?? 0, onListen() {} },
    answer,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    apiKey,
    days,
    requests,
    now: () => new Date(clock.now()),
    setMinute: clock.set,
    advance: clock.advance,
    rows: (symbol) => rows.get(symbol) ?? [],
    misbehave: trouble.add,
    async stop() {
      trouble.end();
      await server.shutdown();
    },
  };
}

function chooseDays(
  folder: URL,
  symbols?: readonly string[],
): RecordedDay[] {
  const all = recordedDays(folder);
  const days = all.filter(({ symbol }) => symbols?.includes(symbol) ?? true);
  if (days.length > 0) return days;
  const recorded = [...new Set(all.map(({ symbol }) => symbol))];
  throw new RangeError(
    `None of "${symbols}" is recorded; ${recorded.join(" and ")} are`,
  );
}

function createClock(rows: ReadonlyMap<string, readonly RecordedRow[]>) {
  const minutes = [...new Set([...rows.values()].flat().map((row) => row.at))]
    .sort().map((at) => Date.parse(at));
  let now = minutes[0] ?? 0;
  return {
    now: () => now,
    set(date: string, minute: number) {
      now = newYorkTime(new Date(date), minute).getTime();
    },
    advance() {
      const next = minutes.find((minute) => minute > now);
      if (next === undefined) return null;
      return new Date(now = next);
    },
  };
}

/** Plans what goes wrong, and keeps what hangs until the end. */
function createTrouble(samples: Samples) {
  const plan: Misbehaviour[] = [];
  const end = Promise.withResolvers<void>();
  return {
    add(how: Misbehaviour, calls: number) {
      for (let i = 0; i < calls; i++) plan.push(how);
    },
    async next(): Promise<Response | undefined> {
      const how = plan.shift();
      if (how?.kind === "hang") await end.promise;
      return how && misbehave(how, samples);
    },
    end: end.resolve,
  };
}
