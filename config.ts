/**
 * The configuration: the only reader of the environment. Checked as a whole on entry, with one error
 * that lists every bad variable, and frozen.
 */
import { ConfigError, ConfigValues, secrets } from "./config_values.ts";

export { ConfigError };

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly brokerUrl: string;
  readonly market: {
    readonly provider: "finnhub" | "demo";
    readonly apiKey?: string;
    readonly baseUrl: string;
  };
  readonly callsPerMinute: number;
  readonly watchlist: readonly string[];
  /** Cron expressions by actor, in lower case, that replace the actor's own. */
  readonly schedules: Readonly<Record<string, string>>;
  /** Isolates by actor; 1 unless told. */
  readonly replicas: Readonly<Record<string, number>>;
  readonly instanceId?: string;
  readonly marketHours: "us" | "always";
  readonly accessToken?: string;
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
  /** More `host:port` that isolates may reach: Kafka's advertised listeners, Sentinel's masters. */
  readonly allowNet: readonly string[];
  /** A consumer that has not renewed its leases for so long is dead, and its entries are taken over. */
  readonly claimAfterMs: number;
  /** How often each isolate looks for dead consumers. */
  readonly sweepEveryMs: number;
  /** An isolate that has not beaten for so long hangs, and is replaced. */
  readonly hangAfterMs: number;
  /** A handler that has made no progress for so long hangs, and its isolate is replaced. */
  readonly handleTimeoutMs: number;
  /** On SIGTERM, the time to finish the batches in hand. */
  readonly drainMs: number;
  /** A group further behind than this makes its producer wait. */
  readonly lagLimit: number;
  /** What a stream keeps for replay, of what every group has acknowledged. */
  readonly streamMaxLength: number;
  readonly streamMaxAgeMs: number;
}

/** What of `Deno.env` is needed here. */
export interface Environment {
  toObject(): Record<string, string>;
  delete(name: string): void;
}

/**
 * Reads, checks and freezes the configuration, then removes the secrets from the environment, so that
 * no isolate started later can read them there.
 * @throws {ConfigError}
 */
export function loadConfig(env: Environment): Config {
  const config = readConfig(env.toObject());
  for (const name of secrets) env.delete(name);
  return config;
}

/** @throws {ConfigError} with a line for each bad variable. */
export function readConfig(values: Record<string, string>): Config {
  const read = new ConfigValues(values);
  const apiKey = read.text("FINNHUB_API_KEY");
  const redisUrl = read.url("REDIS_URL", [
    "redis:",
    "rediss:",
    "redis+sentinel:",
  ]);
  const provider = read.choice(
    "MARKET",
    ["finnhub", "demo"],
    apiKey ? "finnhub" : "demo",
  );
  if (provider === "finnhub" && !apiKey) {
    read.problem(
      "MARKET",
      "finnhub",
      "finnhub needs a key: set FINNHUB_API_KEY, or MARKET=demo",
    );
  }
  const instanceId = read.matching(
    "INSTANCE_ID",
    /^[\w.-]{1,60}$/,
    "1 to 60 letters, digits, . _ or -",
  );
  const accessToken = read.matching(
    "ACCESS_TOKEN",
    /^\S{8,}$/,
    "at least 8 characters, no spaces",
  );
  const config: Config = {
    host: read.matching("HOST", /^[\w.:-]+$/, "a host name or address") ??
      "127.0.0.1",
    port: read.number("PORT", 8000, 0, 65_535),
    databaseUrl: read.url("DATABASE_URL", ["postgres:", "postgresql:"]),
    redisUrl,
    brokerUrl: read.has("BROKER_URL")
      ? read.url("BROKER_URL", [
        "redis:",
        "rediss:",
        "redis+sentinel:",
        "kafka:",
        "kafka+ssl:",
      ])
      : redisUrl,
    market: {
      provider,
      ...(apiKey ? { apiKey } : {}),
      baseUrl: read.has("FINNHUB_BASE_URL")
        ? read.url("FINNHUB_BASE_URL", ["http:", "https:"])
        : "https://finnhub.io/api/v1",
    },
    callsPerMinute: read.number("FINNHUB_CALLS_PER_MINUTE", 60, 1, 100_000),
    watchlist: read.symbols("WATCHLIST", "AAPL,MSFT,NVDA,AMZN,GOOGL"),
    schedules: read.perActor("SCHEDULE_", (name) => read.cron(name)),
    replicas: read.perActor("REPLICAS_", (name) => read.number(name, 1, 1, 64)),
    ...(instanceId ? { instanceId } : {}),
    marketHours: read.choice(
      "MARKET_HOURS",
      ["us", "always"],
      provider === "demo" ? "always" : "us",
    ),
    ...(accessToken ? { accessToken } : {}),
    logLevel: read.choice(
      "LOG_LEVEL",
      ["debug", "info", "warn", "error"],
      "info",
    ),
    logFormat: read.choice("LOG_FORMAT", ["text", "json"], "text"),
    allowNet: (read.text("ALLOW_NET") ?? "").split(",").filter(Boolean),
    claimAfterMs: read.number("CLAIM_AFTER_MS", 15_000, 200, 3_600_000),
    sweepEveryMs: read.number("SWEEP_EVERY_MS", 5_000, 100, 3_600_000),
    hangAfterMs: read.number("HANG_AFTER_MS", 10_000, 500, 3_600_000),
    handleTimeoutMs: read.number("HANDLE_TIMEOUT_MS", 60_000, 500, 3_600_000),
    drainMs: read.number("DRAIN_MS", 10_000, 0, 600_000),
    lagLimit: read.number("LAG_LIMIT", 100_000, 1, Number.MAX_SAFE_INTEGER),
    streamMaxLength: read.number(
      "STREAM_MAX_LENGTH",
      100_000,
      0,
      Number.MAX_SAFE_INTEGER,
    ),
    streamMaxAgeMs: read.number("STREAM_MAX_AGE_HOURS", 168, 0, 1_000_000) *
      3_600_000,
  };
  read.finish();
  return deepFreeze(config);
}

/** Where a client finds the running instance. */
export function readClientConfig(
  values: Record<string, string>,
): { url: string; token?: string } {
  const read = new ConfigValues(values);
  const host = read.text("HOST") ?? "127.0.0.1";
  const port = read.number("PORT", 8000, 1, 65_535);
  const token = read.text("ACCESS_TOKEN");
  read.finish();
  const reached = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  const name = reached.includes(":") ? `[${reached}]` : reached;
  return { url: `http://${name}:${port}`, ...(token ? { token } : {}) };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
