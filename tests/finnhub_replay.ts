/**
 * A server that speaks Finnhub's contract over recorded prices: what it answers is as of a clock that
 * the test moves, minute by minute, over real trading days. It can be told to misbehave.
 */
import {
  DEFAULT_FOLDER,
  readRows,
  type RecordedDay,
  recordedDays,
  type RecordedRow,
} from "./recorded_prices.ts";
import { newYorkTime } from "../market/hours.ts";

export {
  MissingRecordingError,
  type RecordedDay,
  recordedDays,
  type RecordedRow,
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

/** What a misbehaving server does instead of answering. */
export type Misbehaviour =
  /** 429 in plain text, with `Retry-After` if told. */
  | { kind: "busy"; retryAfter?: string }
  | { kind: "broken" } // 500 in plain text
  | { kind: "html" } // 200 with a page
  | { kind: "hang" } // no answer until `stop`
  | { kind: "forbidden" } // 403
  | { kind: "wrong-shape" }; // 200, JSON, and none of what was promised

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

interface Samples {
  readonly news: readonly Record<string, unknown>[];
  readonly recommendations: readonly Record<string, unknown>[];
  readonly search: { result: { symbol: string; description: string }[] };
  readonly unknownSymbol: unknown;
  readonly missingKey: unknown;
  readonly invalidKey: unknown;
  readonly forbidden: unknown;
}

/** @throws {MissingRecordingError} */
export async function startReplay(
  options: ReplayOptions = {},
): Promise<Replay> {
  const { folder = DEFAULT_FOLDER, apiKey = "replay-key" } = options;
  const days = recordedDays(folder).filter(({ symbol }) =>
    options.symbols?.includes(symbol) ?? true
  );
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

function misbehave(how: Misbehaviour, samples: Samples): Response {
  switch (how.kind) {
    case "busy": {
      const { retryAfter } = how;
      const headers = retryAfter ? { "retry-after": retryAfter } : {};
      const text = "API limit reached. Please try again later.";
      return new Response(text, { status: 429, headers });
    }
    case "broken":
    case "hang":
      return new Response("upstream connect error", { status: 500 });
    case "html":
      return new Response("<!doctype html><title>Back soon</title>", {
        headers: { "content-type": "text/html" },
      });
    case "forbidden":
      return Response.json(samples.forbidden, { status: 403 });
    case "wrong-shape":
      return Response.json({ c: "12.5", error: null });
  }
}

function refuse(
  request: Request,
  url: URL,
  apiKey: string,
  samples: Samples,
): Response | undefined {
  const token = request.headers.get("x-finnhub-token") ??
    url.searchParams.get("token");
  if (token === apiKey) return undefined;
  // Seen from Finnhub for an empty token: the limit's status, in plain text.
  if (token === "") return misbehave({ kind: "busy" }, samples);
  const body = token === null ? samples.missingKey : samples.invalidKey;
  return Response.json(body, { status: 401 });
}

function route(
  url: URL,
  rows: ReadonlyMap<string, readonly RecordedRow[]>,
  now: number,
  samples: Samples,
): Response {
  const params = url.searchParams;
  const symbol = params.get("symbol") ?? "";
  const known = rows.has(symbol);
  switch (url.pathname) {
    case "/quote":
      return Response.json(
        quoteAt(rows.get(symbol) ?? [], now) ?? samples.unknownSymbol,
      );
    case "/stock/recommendation":
      return Response.json(
        known ? samples.recommendations.map((one) => ({ ...one, symbol })) : [],
      );
    case "/company-news":
      return Response.json(known ? newsFor(symbol, params, samples) : []);
    case "/search":
      return Response.json(search(params.get("q") ?? "", rows, samples));
    default:
      return new Response("404 page not found", { status: 404 });
  }
}

/** The quote of the newest bar at or before the clock; undefined before the first one. */
function quoteAt(rows: readonly RecordedRow[], now: number) {
  const row = rows.findLast((row) => Date.parse(row.at) <= now);
  return row && {
    c: row.price,
    d: row.change,
    dp: row.percent_change,
    h: row.high,
    l: row.low,
    o: row.open,
    pc: row.previous_close,
    t: Date.parse(row.at) / 1000,
  };
}

/** The sample's articles, the same for every symbol, at their own times of day on the window's first. */
function newsFor(symbol: string, params: URLSearchParams, samples: Samples) {
  const day = Date.parse(params.get("from") ?? "") / 1000;
  return samples.news.map((article) => ({
    ...article,
    related: symbol,
    datetime: day + Number(article.datetime) % 86_400,
  }));
}

function search(
  query: string,
  rows: ReadonlyMap<string, unknown>,
  samples: Samples,
) {
  const recorded = [...rows.keys()].map((symbol) => ({
    description: `${symbol} (recorded)`,
    displaySymbol: symbol,
    symbol,
    type: "Common Stock",
  }));
  const sampled = samples.search.result.filter(({ symbol }) =>
    !rows.has(symbol)
  );
  const result = [...recorded, ...sampled].filter((listing) =>
    `${listing.symbol} ${listing.description}`.toUpperCase()
      .includes(query.toUpperCase())
  );
  return { count: result.length, result };
}

async function readSamples(folder: URL): Promise<Samples> {
  const read = async (name: string) =>
    JSON.parse(
      await Deno.readTextFile(new URL(`samples/${name}.json`, folder)),
    );
  return {
    news: await read("company-news.repaired"),
    recommendations: await read("recommendation"),
    search: await read("search"),
    unknownSymbol: await read("quote.unknown-symbol"),
    missingKey: await read("error.missing-key"),
    invalidKey: await read("error.401.invalid-key"),
    forbidden: await read("error.403"),
  };
}
