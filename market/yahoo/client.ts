/**
 * The library that speaks with Yahoo (https://github.com/gadicc/yahoo-finance2), loaded when it is first needed. It
 * knows the addresses, the cookie and the crumb that each call has to carry, and how Yahoo asks for consent; how often,
 * how long and how patiently is called, and what is let in, stays ours.
 */
import {
  type Api,
  type Asked,
  type CallPolicy,
  DEFAULT_POLICY,
  getAnswer,
} from "../http.ts";
import {
  cleanText,
  isMarketFailure,
  MarketRefusedError,
  MarketUnavailableError,
  type RateLimit,
} from "../market.ts";

export const PROVIDER = "yahoo";

/** Where the library calls: answers, the cookie, the crumb, and the consent that Europe asks for. */
export const yahooHosts = [
  "query1.finance.yahoo.com",
  "query2.finance.yahoo.com",
  "finance.yahoo.com",
  "guce.yahoo.com",
  "consent.yahoo.com",
] as const;

/** Yahoo does not have what was asked for (404). */
export class NotThereError extends MarketUnavailableError {
  override readonly name = "NotThereError";
}

export interface CallLimits {
  readonly limit: RateLimit;
  readonly signal?: AbortSignal | undefined;
}

type Client = Awaited<ReturnType<typeof newClient>>;
type Options = NonNullable<Parameters<Client["quote"]>[2]>;

export interface Connection {
  /**
   * Calls the library. What comes back is unchecked: its checks would refuse a whole answer for one odd field.
   * @throws {NotThereError}
   * @throws {MarketUnavailableError} for all else that goes wrong; and what `getAnswer` throws that is no market's fault
   */
  ask(
    call: (client: Client, options: Options) => Promise<unknown>,
    limits: CallLimits,
  ): Promise<unknown>;
}

/** @param baseUrl called instead of Yahoo's hosts, unless it is empty */
export function connect(
  baseUrl: string,
  policy: Partial<CallPolicy> = {},
): Connection {
  const api = {
    provider: PROVIDER,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    headers: { accept: "application/json" },
    secret: "",
    policy: { ...DEFAULT_POLICY, ...policy },
  };
  let current: Promise<Client> | undefined;
  return {
    async ask(call, { limit, signal }) {
      const options = {
        fetch: fetchWith({ ...api, limit }, signal),
        validateResult: false,
      } as Options;
      for (let renewed = false;; renewed = true) {
        const session = current ??= newClient().catch((error) => {
          current = undefined;
          throw error;
        });
        try {
          return await call(await session, options);
        } catch (error) {
          signal?.throwIfAborted();
          // 401: the crumb, which lasts for some time, is not taken any more.
          const refused = error instanceof MarketRefusedError;
          if ((refused || isNoSession(error)) && current === session) {
            current = undefined;
          }
          if (refused && !renewed) continue;
          throw told(error);
        }
      }
    },
  };
}

const nothing = () => {};
const silent = {
  info: nothing,
  warn: nothing,
  error: nothing,
  debug: nothing,
  dir: nothing,
};

async function newClient() {
  const [library, quote, search, quoteSummary, cookies] = await Promise.all([
    import("yahoo-finance2/createYahooFinance"),
    import("yahoo-finance2/modules/quote"),
    import("yahoo-finance2/modules/search"),
    import("yahoo-finance2/modules/quoteSummary"),
    import("yahoo-finance2/lib/cookieJar"),
  ]);
  const YahooFinance = library.default({
    modules: {
      quote: quote.default,
      search: search.default,
      quoteSummary: quoteSummary.default,
    },
  });
  return new YahooFinance({
    cookieJar: new cookies.ExtendedCookieJar(),
    // Who waits for the quota must not hold up who has it: it alone says how many may call.
    queue: { concurrency: Infinity },
    logger: silent,
    suppressNotices: ["yahooSurvey", "ripHistorical"],
    validation: { logErrors: false, logOptionsErrors: false },
    // It would ask a registry for the newest version of itself.
    versionCheck: false,
  });
}

/** The library's cookies or crumb are not as it knows them. */
const isNoSession = (error: unknown) =>
  error instanceof Error && /crumb|cookie|consent/i.test(error.message);

function told(error: unknown): unknown {
  if (
    error instanceof MarketRefusedError || error instanceof Error &&
      !isMarketFailure(error) && !isOurs(error)
  ) {
    const said = cleanText((error as Error).message, 200);
    return new MarketUnavailableError(`${PROVIDER}: ${said}`, { cause: error });
  }
  return error;
}

const isOurs = (error: Error) =>
  error instanceof Deno.errors.NotCapable || error instanceof DOMException;

/** A redirect is part of asking for the cookie. */
const answers = (status: number) =>
  status === 404 || status >= 300 && status < 400;

/** Only what is asked for in one's own name ends with one's own signal: the session is everybody's. */
const ofSession = (path: string) => !path.startsWith("/v") || isCrumb(path);
const isCrumb = (path: string) => path === "/v1/test/getcrumb";

/** The library's way to call. It never sees a failure, of which it would tell with the whole address, crumb and all. */
function fetchWith(api: Api, signal?: AbortSignal): typeof fetch {
  return async (input, init) => {
    const { pathname: path, search, href } = addressOf(input);
    const asked: Asked = {
      url: api.baseUrl === "" ? href : `${api.baseUrl}${path}${search}`,
      path,
      answers,
      init: {
        method: init?.method ?? "GET",
        headers: init?.headers ?? {},
        body: init?.body ?? null,
      },
    };
    const { status, headers, body } = await getAnswer(
      api,
      asked,
      ofSession(path) ? undefined : signal,
    );
    if (status === 404) {
      const text = `${PROVIDER} has no ${path}`;
      throw ofSession(path)
        ? new MarketUnavailableError(text)
        : new NotThereError(text);
    }
    if (isCrumb(path) && !/^[^\s<{]{1,100}$/.test(body)) {
      throw new MarketUnavailableError(`${PROVIDER} gives no crumb`);
    }
    return new Response(body, { status, headers });
  };
}

/** @throws {MarketUnavailableError} for a host that is not Yahoo's: a redirect may say anything */
function addressOf(input: Parameters<typeof fetch>[0]): URL {
  const url = new URL(input instanceof Request ? input.url : input);
  const known: readonly string[] = yahooHosts;
  if (url.protocol === "https:" && known.includes(url.hostname)) return url;
  throw new MarketUnavailableError(
    `${PROVIDER} leads to ${url.hostname}, which is none of its hosts`,
  );
}
