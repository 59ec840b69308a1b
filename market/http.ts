/** How a market API is called: a deadline for each attempt, a few attempts, patience when told to wait. */
import {
  type CallOutcome,
  cleanText,
  isMarketFailure,
  MarketRefusedError,
  MarketUnavailableError,
  type RateLimit,
  SymbolRefusedError,
} from "./market.ts";
import { sleep } from "../wait.ts";
import { pauseAfter, readReset, readRetryAfter, waitAfter } from "./waits.ts";

/** How often a market API is called for one answer, and how long is waited in between. */
export const DEFAULT_POLICY = {
  /** For one attempt, its body included, in ms. */
  deadlineMs: 10_000,
  /** At least 1. */
  attempts: 4,
  /** Full jitter: the wait before attempt n + 1 is anything up to `baseDelayMs * 2 ** (n - 1)`, … */
  baseDelayMs: 500,
  /** … and never more than this. */
  maxDelayMs: 8_000,
  /**
   * The longest `Retry-After` that is waited out; a longer one is cut to it. Limits are counted by the
   * minute: waiting longer than one helps nobody.
   */
  maxRetryAfterMs: 60_000,
  maxBodyBytes: 16 * 1024 * 1024,
  sleep,
  /** From 0 up to 1. */
  random: Math.random,
};

export type CallPolicy = Readonly<typeof DEFAULT_POLICY>;

/** A market API, and what every call to it needs. */
export interface Api {
  readonly provider: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Cut out of everything that an error quotes from an answer; empty where there is none. */
  readonly secret: string;
  readonly limit: RateLimit;
  readonly policy: CallPolicy;
}

/**
 * HTTP/1.1 alone: an attempt that is given up then closes its connection, and the next has a new one. One of
 * HTTP/2 would be shared by all attempts, for a quarter of an hour after it has gone deaf.
 */
const client = Deno.createHttpClient({ http2: false });

/** An attempt that failed in a way that may pass. */
class PassingError extends Error {
  constructor(
    reason: string,
    cause?: unknown,
    readonly outcome: CallOutcome = "failed",
    /** What the answer asked to wait for, if it did. */
    readonly retryAfterMs?: number,
  ) {
    super(reason, { cause });
  }
}

/** What is asked for. */
export interface Asked {
  readonly url: string;
  /** For errors: an address may hold what nobody should see. */
  readonly path: string;
  /** Of whom; then a 403 is about this symbol. */
  readonly symbol?: string | undefined;
  readonly init?: Pick<RequestInit, "method" | "headers" | "body"> | undefined;
  /** True for a status that is an answer, besides those of success. */
  readonly answers?: (status: number) => boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Gets JSON; what it holds is for the caller to check.
 * @throws {MarketRefusedError} at once on 401; a SymbolRefusedError on 403, if it was asked for a symbol.
 * @throws {MarketUnavailableError} when every attempt failed, or one in a way that another cannot mend.
 * Throws the reason of `signal` when that aborts, what `limit` throws, and Deno's NotCapable where the
 * isolate may not call this host: neither is the market's fault.
 */
export function getJson(
  api: Api,
  path: string,
  params: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<unknown> {
  const base = api.baseUrl.replace(/\/+$/, "");
  const url = `${base}${path}?${new URLSearchParams(params)}`;
  const asked = { url, path, symbol: params.symbol };
  const once = async (answered: Answered) =>
    parseJson(api, (await tryOnce(api, asked, answered, signal)).body);
  return insist(api, path, once, signal);
}

/** Gets an answer as it is. Fails as `getJson`, but for what the body holds. */
export function getAnswer(
  api: Api,
  asked: Asked,
  signal?: AbortSignal,
): Promise<Answer> {
  const once = (answered: Answered) => tryOnce(api, asked, answered, signal);
  return insist(api, asked.path, once, signal);
}

/** Called with the status as soon as there is one, whatever becomes of the body. */
type Answered = (status: number) => void;

async function insist<T>(
  api: Api,
  path: string,
  once: (answered: Answered) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { attempts, sleep } = api.policy;
  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    await api.limit.take(signal);
    const { answered, ended } = watchCall(api, path, attempt);
    try {
      const answer = await once(answered);
      ended("ok");
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      ended(outcomeOf(error), error);
      if (!(error instanceof PassingError)) throw error;
      const { message, cause, outcome, retryAfterMs } = error;
      // One isolate was told, all hosts wait.
      if (outcome === "limited") {
        await api.limit.pause?.(pauseAfter(attempt, retryAfterMs, api.policy));
      }
      if (attempt >= attempts) {
        const tries = attempts === 1
          ? ""
          : `; gave up after ${attempt} attempts`;
        throw new MarketUnavailableError(
          `${api.provider} ${path}: ${message}${tries}`,
          { cause },
        );
      }
      await sleep(waitAfter(attempt, retryAfterMs ?? 0, api.policy), signal);
    }
  }
}

/** What to call with its status, and with how it ended. */
function watchCall({ provider, limit }: Api, path: string, attempt: number) {
  const beganAt = performance.now();
  let status: number | null = null;
  return {
    answered: (its: number): void => void (status = its),
    ended(outcome: CallOutcome, cause?: unknown): void {
      const seconds = (performance.now() - beganAt) / 1_000;
      const error = cause instanceof Error ? cause.message : null;
      const call = { provider, path, outcome, status, error, seconds, attempt };
      limit.called?.(call);
    },
  };
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof PassingError) return error.outcome;
  return error instanceof MarketRefusedError ? "refused" : "failed";
}

async function tryOnce(
  api: Api,
  asked: Asked,
  answered: Answered,
  signal?: AbortSignal,
): Promise<Answer> {
  const { deadlineMs } = api.policy;
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const init: RequestInit & { client: Deno.HttpClient } = {
      ...asked.init,
      client,
      headers: { ...api.headers, ...plain(asked.init?.headers) },
      // A redirect would carry the key to wherever it points.
      redirect: "manual",
      signal: AbortSignal.any([deadline, ...(signal ? [signal] : [])]),
    };
    const response = await fetch(asked.url, init);
    answered(response.status);
    return await readAnswer(api, asked, response);
  } catch (cause) {
    signal?.throwIfAborted();
    if (isJudged(cause)) throw cause;
    const late = `no answer within ${deadlineMs} ms`;
    const reason = deadline.aborted ? late : "the connection failed";
    throw new PassingError(reason, cause);
  }
}

const plain = (headers: HeadersInit = {}) =>
  Object.fromEntries(new Headers(headers));

function isJudged(error: unknown): boolean {
  return error instanceof PassingError || isMarketFailure(error) ||
    error instanceof Deno.errors.NotCapable;
}

async function readAnswer(
  api: Api,
  { path, symbol, answers }: Asked,
  response: Response,
): Promise<Answer> {
  const { status, headers } = response;
  const body = await readText(api, path, response);
  if (response.ok || answers?.(status)) return { status, headers, body };
  const said = `answered ${status} ${quoteBody(api, body)}`;
  if (status === 403 && symbol !== undefined) {
    throw new SymbolRefusedError(
      `${api.provider} refuses ${symbol}: ${path} ${said}: check the API key and what its plan allows`,
    );
  }
  if (status === 401 || status === 403) {
    throw new MarketRefusedError(
      `${api.provider} ${path} ${said}: check the API key and what its plan allows`,
    );
  }
  if (status !== 429 && status < 500) {
    throw new MarketUnavailableError(`${api.provider} ${path} ${said}`);
  }
  const retryAfterMs = readRetryAfter(headers.get("retry-after")) ??
    readReset(headers.get("x-ratelimit-reset"));
  const outcome = status === 429 ? "limited" : "failed";
  throw new PassingError(said, undefined, outcome, retryAfterMs);
}

function parseJson(api: Api, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // The parser's message quotes the body, key and all if it is echoed there: leave it out then.
    const hidden = api.secret !== "" && body.includes(api.secret);
    const cause = hidden ? undefined : error;
    const reason = `answered what is not JSON: ${quoteBody(api, body)}`;
    throw new PassingError(reason, cause);
  }
}

async function readText(
  api: Api,
  path: string,
  response: Response,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > api.policy.maxBodyBytes) {
      throw new MarketUnavailableError(
        `${api.provider} ${path} answered more than ${api.policy.maxBodyBytes} bytes`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** A body, as far as an error needs it. */
function quoteBody(api: Api, body: string): string {
  const { secret } = api;
  const shown = secret === "" ? body : body.replaceAll(secret, "***");
  return JSON.stringify(cleanText(shown, 200));
}
