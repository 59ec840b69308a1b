/** What the replay server answers: quotes from the recordings, the rest from Finnhub's own samples. */
import { MissingRecordingError, type RecordedRow } from "./recorded_prices.ts";

/** What a misbehaving server does instead of answering. */
export type Misbehaviour =
  /** 429 in plain text, with `Retry-After` if told. */
  | { kind: "busy"; retryAfter?: string }
  | { kind: "broken" } // 500 in plain text
  | { kind: "html" } // 200 with a page
  | { kind: "hang" } // no answer until `stop`
  | { kind: "forbidden" } // 403
  | { kind: "wrong-shape" }; // 200, JSON, and none of what was promised

export interface Samples {
  readonly news: readonly Record<string, unknown>[];
  readonly recommendations: readonly Record<string, unknown>[];
  readonly search: { result: { symbol: string; description: string }[] };
  readonly unknownSymbol: unknown;
  readonly missingKey: unknown;
  readonly invalidKey: unknown;
  readonly forbidden: unknown;
}

export function misbehave(how: Misbehaviour, samples: Samples): Response {
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

export function refuse(
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

export function route(
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
    case "/stock/profile2":
      // Of a company that is not known nothing is told.
      return Response.json({});
    case "/search":
      return Response.json(search(params.get("q") ?? "", rows, samples));
    default:
      return new Response("404 page not found", { status: 404 });
  }
}

/** The quote of the newest bar at or before the clock; undefined before the first one. */
function quoteAt(rows: readonly RecordedRow[], now: number) {
  const clock = new Date(now).toISOString();
  const row = rows.findLast((row) => row.at <= clock);
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

export async function readSamples(folder: URL): Promise<Samples> {
  const read = async (name: string) => {
    const file = new URL(`samples/${name}.json`, folder);
    const text = await Deno.readTextFile(file).catch((cause) => {
      throw new MissingRecordingError(new URL("samples/", folder), cause);
    });
    return JSON.parse(text);
  };
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
