/** The client of the HTTP API. */
import type {
  ActorStatus,
  BrokenActor,
  QuotaStatus,
} from "../engine/status.ts";

/** The answer of `/api/actors`. */
export interface Actors {
  readonly actors: readonly ActorStatus[];
  readonly broken: readonly BrokenActor[];
  readonly quota: QuotaStatus | null;
}

/** The API refused; the message is the problem's detail. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Nobody answers at the address. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** A path whose values are escaped. */
export function path(
  parts: TemplateStringsArray,
  ...values: string[]
): string {
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}

export type Api = ReturnType<typeof connectApi>;

/** No answer takes longer, but a scan, which waits for the market. */
const deadlineMs = 330_000;

/** Its calls throw a `ProblemError` or an `UnreachableError`. */
export function connectApi(url: string, token?: string) {
  const request = async (method: string, path: string, body?: unknown) => {
    try {
      return await fetch(new URL(path, url), {
        method,
        headers: {
          accept: "application/json",
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        signal: AbortSignal.timeout(deadlineMs),
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (cause) {
      throw new UnreachableError(
        `nobody answers at ${url}: is Signalbox running? Set HOST and PORT, or --url`,
        { cause },
      );
    }
  };
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await request(method, path, body);
    if (!response.ok) throw await problemOf(response);
    return response.status === 204 ? undefined : await response.json();
  };
  return {
    url,
    /** What is not JSON. */
    async text(path: string): Promise<string> {
      const response = await request("GET", path);
      if (!response.ok) throw await problemOf(response);
      return await response.text();
    },
    /** A stream of server-sent events, without end by itself. */
    async events(
      path: string,
      signal: AbortSignal,
    ): Promise<ReadableStream<Uint8Array>> {
      const response = await fetch(new URL(path, url), {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        signal,
      });
      if (!response.ok) throw await problemOf(response);
      return response.body!;
    },
    get: <T>(path: string): Promise<T> => call("GET", path),
    post: <T>(path: string, body?: unknown): Promise<T> =>
      call("POST", path, body),
    delete: <T>(path: string): Promise<T> => call("DELETE", path),
    /** The body whatever the status is: for /readyz, which answers 503 with its reasons. */
    ask: async <T>(path: string): Promise<T> =>
      await (await request("GET", path)).json(),
  };
}

const withoutToken =
  "it wants its access token: set ACCESS_TOKEN, or ACCESS_TOKEN_FILE to the " +
  "file that holds it (on a host, /etc/signalbox/access_token)";

async function problemOf(response: Response): Promise<ProblemError> {
  const { status } = response;
  // What is no JSON is not from Signalbox, or cut short: the status has to do.
  const detail = (await response.json().catch(() => null))?.detail;
  const said = typeof detail === "string" ? detail : `the answer is ${status}`;
  return new ProblemError(status, status === 401 ? withoutToken : said);
}
