/**
 * The way to Redis: connections to one server or Sentinel by URL, made again by themselves and silent
 * about passwords, and Lua scripts.
 */
import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { backoffMs, deadline } from "../wait.ts";
import { markAsRedis, NoRedisError } from "./errors.ts";
import { type RedisNames, redisNames } from "./redis_names.ts";
import { parseRedisUrl } from "./redis_url.ts";

export { isRedisUnavailable } from "./errors.ts";
export { type RedisNames } from "./redis_names.ts";
export { redactUrl, redisHosts } from "./redis_url.ts";

export interface RedisConnectOptions {
  /** Shown by `CLIENT LIST`. */
  readonly name?: string;
  /** What every name in it begins with; `signalbox` unless told. */
  readonly prefix?: string | undefined;
  /**
   * For one reader that blocks: it neither connects again nor sends a cut read again, because only
   * the reader knows what such a read may have delivered. It ends, and its reader makes a new one.
   */
  readonly blocking?: boolean;
}

/** A silent server, or a network that swallows packets, is noticed after this long. */
const silenceMs = 6_000;
/** Between packets that keep a firewall from forgetting a connection. */
const keepAliveMs = 30_000;

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
    keepAlive: keepAliveMs,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: !options.blocking,
    retryStrategy: options.blocking ? () => null : reconnectDelay,
    sentinelRetryStrategy: reconnectDelay,
    reconnectOnError: whenReadOnly(),
  });
  passReadyCheck(redis);
  // Without a listener ioredis prints every failed attempt, with the command and its password.
  redis.on("error", (error) => {
    markAsRedis(withoutArguments(error));
    failures.set(redis, error);
  });
  redis.on("ready", () => failures.delete(redis));
  redis.on("close", () => clearSilenceTimer(redis));
  named.set(redis, redisNames(options.prefix));
  return redis;
}

const named = new WeakMap<Redis, RedisNames>();

/** What things are called over this connection: nobody who has one can forget the prefix. */
export function namesOf(redis: Redis): RedisNames {
  return named.get(redis) ?? redisNames();
}

/** Of connections that do not stand: what they failed with last. */
const failures = new WeakMap<Redis, Error>();

/**
 * Resolves when the server answers. A command alone would wait for a connection, and tell nobody why there
 * is none.
 * @throws {NoRedisError}
 */
export async function untilAnswers(
  redis: Redis,
  withinMs: number,
): Promise<void> {
  try {
    await deadline(redis.ping(), withinMs, `no answer within ${withinMs} ms`);
  } catch (error) {
    throw new NoRedisError((failures.get(redis) ?? error as Error).message);
  }
}

/** Reconnects, and sends again what was refused (2), or rejects it (1). */
type OnError = (error: Error) => false | 1 | 2;

/** A failover takes less; and one that keeps to it for longer has to be told. */
const failoverMs = 5_000;

/** After a failover the old master refuses writes: look for the new one, and send them again. */
function whenReadOnly(): OnError {
  let since = -Infinity;
  let last = -Infinity;
  return (error) => {
    if (!isReadOnly(error)) return false;
    const now = performance.now();
    if (now - last > failoverMs) since = now;
    last = now;
    return now - since < failoverMs ? 2 : 1;
  };
}

type Ready = (error: Error | null, info?: unknown) => void;

/** ioredis asks INFO whether data are loaded: where that was renamed, it would never be ready. */
function passReadyCheck(redis: Redis): void {
  const hidden = redis as unknown as { _readyCheck(done: Ready): void };
  const check = hidden._readyCheck.bind(redis);
  hidden._readyCheck = (done) =>
    check((error, info) =>
      error && isUnknownCommand(error) ? done(null, {}) : done(error, info)
    );
}

/** Renamed or taken away by `rename-command`. */
export function isUnknownCommand({ message }: Error): boolean {
  return /^ERR unknown command/i.test(message);
}

/** Inside a script Redis 6.2 says it in the middle of another error. */
function isReadOnly({ message }: Error): boolean {
  return /^(ERR Error running script .*: -)?READONLY /.test(message);
}

/**
 * ioredis leaves it running when a connection closes: it would end the next one, and as long as it is known none
 * is started, so that the silence of the next one would never be noticed.
 */
function clearSilenceTimer(redis: Redis): void {
  const hidden = redis as unknown as { socketTimeoutTimer?: number };
  clearTimeout(hidden.socketTimeoutTimer);
  delete hidden.socketTimeoutTimer;
}

function reconnectDelay(attempt: number): number {
  return backoffMs(attempt, { baseMs: 100, maxMs: 2_000 });
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

export type Script = (
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** A Lua script: sent by its digest, with the text only where the server does not know it. */
export function createScript(redis: Redis, lua: string): Script {
  const digest = createHash("sha1").update(lua).digest("hex");
  return async (keys, args) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      // After a restart or a failover the server has forgotten it.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) {
        throw error;
      }
      return await redis.eval(lua, keys.length, ...keys, ...args);
    }
  };
}
