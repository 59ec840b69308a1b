/** Connections to Redis: one server or Sentinel by URL, made again by themselves, silent about passwords. */
import { Redis } from "ioredis";
import { parseRedisUrl } from "./redis_url.ts";

export { redactUrl, redisHosts } from "./redis_url.ts";

export interface RedisConnectOptions {
  /** Shown by `CLIENT LIST`. */
  readonly name?: string;
  /**
   * For one reader that blocks: it neither connects again nor sends a cut read again, because only
   * the reader knows what such a read may have delivered. It ends, and its reader makes a new one.
   */
  readonly blocking?: boolean;
}

/** A silent server, or a network that swallows packets, is noticed after this long. */
const silenceMs = 15_000;

/**
 * Connects in the background; commands wait until it stands, over any number of attempts.
 * @throws {TypeError} if `url` is not a Redis URL
 */
export function connectRedis(
  url: string,
  options: RedisConnectOptions = {},
): Redis {
  const redis = new Redis({
    ...parseRedisUrl(url).options,
    ...(options.name && { connectionName: options.name }),
    disableClientInfo: true,
    connectTimeout: 5000,
    disconnectTimeout: 500,
    socketTimeout: silenceMs,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: !options.blocking,
    retryStrategy: options.blocking ? () => null : reconnectDelay,
    sentinelRetryStrategy: reconnectDelay,
    // After a failover the old master refuses writes: look for the new one, then send them again.
    reconnectOnError: (error) => isReadOnly(error) ? 2 : false,
  });
  // Without a listener ioredis prints every failed attempt, with the command and its password.
  redis.on("error", withoutArguments);
  redis.on("close", () => clearSilenceTimer(redis));
  return redis;
}

/** Inside a script Redis 6.2 says it in the middle of another error. */
function isReadOnly({ message }: Error): boolean {
  return /^(ERR Error running script .*: -)?READONLY /.test(message);
}

interface Private {
  readonly socketTimeoutTimer?: number;
}

/** ioredis leaves it running when a connection closes: it would end the next one. */
function clearSilenceTimer(redis: Redis): void {
  const { socketTimeoutTimer } = redis as unknown as Private;
  clearTimeout(socketTimeoutTimer);
}

/** Grows to 2 s, with jitter, so that many clients do not come back in the same instant. */
function reconnectDelay(attempt: number): number {
  const most = Math.min(2000, 50 * 2 ** Math.min(attempt, 6));
  return Math.round(most * (0.5 + Math.random() / 2));
}

/** Takes a command's arguments out of an error: they hold passwords (AUTH) and whole events. */
export function withoutArguments<T>(error: T): T {
  if (error instanceof Error && "command" in error) delete error.command;
  return error;
}

/** Resolves once the connection has ended; what still waits for an answer is rejected. */
export async function disconnectRedis(redis: Redis): Promise<void> {
  if (redis.status === "end") return;
  const ended = new Promise<void>((resolve) => redis.once("end", resolve));
  // Between two attempts ioredis would stop without an end: one more attempt, cut short, has one.
  if (redis.status === "reconnecting") redis.connect().catch(() => {});
  redis.disconnect();
  await ended;
}

/** The codes of a server that cannot be reached, as the system and the clients give them. */
const unreachableCode =
  /^(CONNECT(ION)?_\w+|ECONN\w+|ETIMEDOUT|EPIPE|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;

/**
 * How replies of a Redis that refuses for now start, also inside a script of Redis 6.2, and what ioredis
 * says of a connection that is gone.
 */
const unavailableMessage =
  /^(?:ERR Error running script .*: -)?(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|ERR max number of clients|Connection is closed|Stream isn't writeable|Command timed out|Reached the max retries)(?![A-Z])/;

/** True if the error, or one that caused it, says that Redis cannot be reached, or refuses for now. */
export function isRedisUnavailable(error: unknown): boolean {
  return anyCause(error, (each, code) =>
    unreachableCode.test(code) ||
    unavailableMessage.test(each.message) ||
    each.name === "MaxRetriesPerRequestError");
}

/** True if the test holds for an error, or for one of those that caused it. */
export function anyCause(
  error: unknown,
  test: (error: Error, code: string) => boolean,
  depth = 0,
): boolean {
  if (!(error instanceof Error) || depth > 10) return false;
  const code = "code" in error ? String(error.code) : "";
  if (test(error, code)) return true;
  // A host name with several addresses fails with one error for each.
  const parts = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...parts].some((part) =>
    anyCause(part, test, depth + 1)
  );
}
