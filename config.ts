/**
 * The configuration: the only reader of the environment. Checked as a whole on entry, with one error
 * that lists every bad variable, and frozen.
 */
import { brokerSchemes } from "./broker/open.ts";
import { readAlerts } from "./config_alerts.ts";
import { hoursOf, readMarket, readSpeed } from "./config_market.ts";
import {
  ConfigError,
  ConfigValues,
  distance,
  nearestOf,
  secrets,
} from "./config_values.ts";

export { ConfigError, distance, nearestOf };

const redisSchemes = ["redis:", "rediss:", "redis+sentinel:"];
const loopback = "127.0.0.1";
const defaultPort = 8000;

/** As it is read below; nothing of it changes. */
export type Config = Frozen<ReturnType<typeof readAll>>;

type Frozen<T> = { readonly [Name in keyof T]: Frozen<T[Name]> };

/**
 * Reads, checks and freezes the configuration, then removes the secrets from the environment, so that
 * no isolate started later can read them there.
 * @throws {ConfigError}
 */
export function loadConfig(
  env: Pick<Deno.Env, "toObject" | "delete">,
): Config {
  const config = readConfig(env.toObject());
  for (const name of secrets) env.delete(name);
  return config;
}

/** @throws {ConfigError} with a line for each bad variable. */
export function readConfig(values: Record<string, string>): Config {
  const read = new ConfigValues(values);
  const config = readAll(read);
  read.finish();
  return deepFreeze(config);
}

function readAll(read: ConfigValues) {
  const market = readMarket(read);
  return {
    ...market,
    ...readHost(read),
    ...readServers(read),
    ...readScans(read, market.market.provider),
    ...readAges(read),
    ...readLog(read),
    alerts: readAlerts(read),
    ...readLimits(read),
  };
}

function readHost(read: ConfigValues) {
  return {
    instanceId: read.matching(
      "INSTANCE_ID",
      /^[\w.-]{1,60}$/,
      "1 to 60 letters, digits, . _ or -",
    ),
    accessToken: read.matching(
      "ACCESS_TOKEN",
      /^\S{8,}$/,
      "at least 8 characters, no spaces",
    ),
    host: read.matching("HOST", /^[\w.:-]+$/, "a host name or address") ??
      loopback,
    port: read.number("PORT", defaultPort, 0, 65_535),
    /** More `host:port` that isolates may reach: Kafka's advertised listeners, Sentinel's masters. */
    allowNet: (read.text("ALLOW_NET") ?? "").split(",").filter(Boolean),
    supervised: readSupervised(read),
  };
}

/** How systemd is told of this process; null where none asks: it sets the names for a unit of `Type=notify`. */
function readSupervised(read: ConfigValues) {
  const socket = read.text("NOTIFY_SOCKET");
  const folder = read.text("RUNTIME_DIRECTORY");
  if (!socket || !folder) return null;
  const watchdog = read.number("WATCHDOG_USEC", 0, 0, Number.MAX_SAFE_INTEGER);
  /** It ends a process from which it has not heard for so long; 0: it does not. */
  return { socket, folder, watchdogMs: Math.floor(watchdog / 1000) };
}

function readServers(read: ConfigValues) {
  const redisUrl = read.url("REDIS_URL", redisSchemes);
  return {
    databaseUrl: read.url("DATABASE_URL", ["postgres:", "postgresql:"]),
    redisUrl,
    redisPrefix: readPrefix(read),
    brokerUrl: read.has("BROKER_URL")
      ? read.url("BROKER_URL", brokerSchemes)
      : redisUrl,
    /** Whether each actor's isolate has a login of its own at the servers; `auto`: where it can be had. */
    actorRoles: read.choice("ACTOR_ROLES", ["auto", "required", "off"], "auto"),
  };
}

/** What every name in Redis begins with. */
const readPrefix = (read: ConfigValues): string =>
  read.matching(
    "REDIS_PREFIX",
    /^[\w.-]{1,40}$/,
    "1 to 40 letters, digits, . _ or -",
  ) ?? "signalbox";

function readScans(read: ConfigValues, provider: string) {
  const watchlistLimit = read.number("WATCHLIST_LIMIT", 1_000, 1, 100_000);
  const watchlist = read.symbols("WATCHLIST", "AAPL,MSFT,NVDA,AMZN,GOOGL");
  if (watchlist.length > watchlistLimit) {
    const many = `${watchlist.length} symbols`;
    read.problem("WATCHLIST", many, `WATCHLIST_LIMIT is ${watchlistLimit}`);
  }
  return {
    watchlist,
    /** How many symbols may be scanned, those of all lists together. */
    watchlistLimit,
    /** Cron expressions by actor, in lower case, that replace the actor's own. */
    schedules: read.perActor("SCHEDULE_", (name) => read.cron(name)),
    /** Isolates by actor; 1 unless told. */
    replicas: read.perActor("REPLICAS_", (name) => read.number(name, 1, 1, 64)),
    /** An actor's part of the market's quota, against those of the others; 1 unless told. */
    weights: read.perActor("WEIGHT_", (name) => read.number(name, 1, 1, 100)),
    /** How many times as often as they say all schedules are due: for trials, with the simulated market alone. */
    trialSpeed: readSpeed(read, provider),
    /** How long the history of the pipeline and the journal are kept; the last day in minutes. */
    pipelineKeepDays: read.number("PIPELINE_KEEP_DAYS", 365, 2, 10_000),
    marketHours: read.choice(
      "MARKET_HOURS",
      ["us", "market", "always"],
      hoursOf(provider),
    ),
  };
}

/** How long what is kept: all of it, where nothing is said. */
function readAges(read: ConfigValues) {
  const days = (name: string) => read.number(name, 1, 1, 36_500);
  return {
    /** How long every scan of every symbol is remembered. */
    scansKeepHours: read.number("SCANS_KEEP_HOURS", 72, 1, 100_000),
    deadLettersKeepDays: read.has("DEAD_LETTERS_KEEP_DAYS")
      ? days("DEAD_LETTERS_KEEP_DAYS")
      : null,
    /** By actor, in lower case: older rows are dropped, and thinned to a quarter of an hour. */
    retentionDays: read.perActor("RETENTION_DAYS_", days),
    thinAfterDays: read.perActor("THIN_AFTER_DAYS_", days),
  };
}

function readLog(read: ConfigValues) {
  return {
    logLevel: read.choice(
      "LOG_LEVEL",
      ["debug", "info", "warn", "error"],
      "info",
    ),
    logFormat: read.choice("LOG_FORMAT", ["text", "json"], "text"),
    logExported: readLogExported(read),
  };
}

/** As Deno reads it, which warns of what it does not know. */
function readLogExported(read: ConfigValues) {
  const isOn = (name: string) => read.text(name)?.toLowerCase() === "true";
  const fallback = isOn("OTEL_DENO") ? "capture" : "ignore";
  const chosen = read.choice(
    "OTEL_DENO_CONSOLE",
    ["ignore", "capture", "replace"],
    fallback,
  );
  return isOn("OTEL_SDK_DISABLED") ? "ignore" : chosen;
}

/** How the log is written from the first line on, even one that says what is wrong in the configuration. */
export function readLogConfig(values: Record<string, string>) {
  return readLog(new ConfigValues(values));
}

function readLimits(read: ConfigValues) {
  const most = Number.MAX_SAFE_INTEGER;
  return {
    /** How many may follow the events at a time. */
    eventClients: {
      all: read.number("EVENT_CLIENTS_LIMIT", 2_000, 1, 1_000_000),
      anAddress: read.number("EVENT_CLIENTS_PER_ADDRESS", 50, 1, 1_000_000),
    },
    /** A consumer that has not renewed its leases for so long is dead, and its entries are taken over. */
    claimAfterMs: read.number("CLAIM_AFTER_MS", 15_000, 200, 3_600_000),
    /** How often each isolate looks for dead consumers. */
    sweepEveryMs: read.number("SWEEP_EVERY_MS", 5_000, 100, 3_600_000),
    /** An isolate that has not beaten for so long hangs, and is replaced. */
    hangAfterMs: read.number("HANG_AFTER_MS", 10_000, 500, 3_600_000),
    /** A handler that has made no progress for so long hangs, and its isolate is replaced. */
    handleTimeoutMs: read.number("HANDLE_TIMEOUT_MS", 60_000, 500, 3_600_000),
    /** On SIGTERM, the time to finish the batches in hand. */
    drainMs: read.number("DRAIN_MS", 10_000, 0, 600_000),
    /** A group further behind than this makes its producer wait. */
    lagLimit: read.number("LAG_LIMIT", 100_000, 1, most),
    /** What a stream keeps for replay, of what every group has acknowledged. */
    streamMaxLength: read.number("STREAM_MAX_LENGTH", 100_000, 0, most),
    streamMaxAgeMs: read.number("STREAM_MAX_AGE_HOURS", 168, 0, 1_000_000) *
      3_600_000,
    /** A foreign group keeps at most so many entries from being trimmed; 0: all. */
    foreignGroupLimit: read.number("FOREIGN_GROUP_LIMIT", 0, 0, most),
  };
}

/** Where a client finds the running instance. */
export function readClientConfig(values: Record<string, string>) {
  const read = new ConfigValues(values);
  const host = read.text("HOST") ?? loopback;
  const port = read.number("PORT", defaultPort, 1, 65_535);
  const token = read.text("ACCESS_TOKEN");
  read.finish();
  return { url: `http://${ownAddress({ host, port })}`, token };
}

/** `host:port` under which this machine reaches what listens there. */
export function ownAddress(
  { host, port }: Pick<Config, "host" | "port">,
): string {
  const reached = ["0.0.0.0", "::"].includes(host) ? loopback : host;
  return `${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}

/** The brokers that the environment names, as they stand there: unchecked. */
export function readBrokerUrls(values: Record<string, string>) {
  const read = new ConfigValues(values);
  const redisUrl = read.text("REDIS_URL");
  const brokerUrl = read.text("BROKER_URL");
  const redisPrefix = readPrefix(read);
  read.finish();
  return { redisUrl, brokerUrl, redisPrefix };
}

/** The servers that the environment names, as they stand there; undefined where it names none. */
export function readServerUrls(values: Record<string, string>) {
  const databaseUrl = new ConfigValues(values).text("DATABASE_URL");
  return { databaseUrl, ...readBrokerUrls(values) };
}

const privateServers: Readonly<Record<string, string>> = {
  DATABASE_URL: "postgres://private",
  REDIS_URL: "redis://private",
};

/** The variables of the servers that are not named: `deno task dev` starts private ones. */
export function missingServers(values: Record<string, string>): string[] {
  const read = new ConfigValues(values);
  return Object.keys(privateServers).filter((name) => !read.has(name));
}

/**
 * What `deno task dev` needs to know. The rest is checked too, so that a wrong variable is told before
 * anything is fetched or started; the application reads it again.
 * @throws {ConfigError}
 */
export function readDevConfig(values: Record<string, string>) {
  const missing = missingServers(values);
  const started = missing.map((name) => [name, privateServers[name]]);
  readConfig({ ...values, ...Object.fromEntries(started) });
  return { dataDir: values.DATA_DIR || ".data", missing };
}

function deepFreeze<T extends object>(value: T): T & Frozen<T> {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
