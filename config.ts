/**
 * The configuration: the only reader of the environment. Checked as a whole on entry, with one error
 * that lists every bad variable, and frozen.
 */
import { parseSymbol } from "./db/watchlist.ts";
import { parseCron } from "./runtime/cron.ts";

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

/** Says which variables are wrong, with their values and what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** What of `Deno.env` is needed here. */
export interface Environment {
  toObject(): Record<string, string>;
  delete(name: string): void;
}

const secrets = [
  "FINNHUB_API_KEY",
  "ACCESS_TOKEN",
  "DATABASE_URL",
  "REDIS_URL",
  "BROKER_URL",
];

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
  const read = new Reader(values);
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
  const read = new Reader(values);
  const host = read.text("HOST") ?? "127.0.0.1";
  const port = read.number("PORT", 8000, 1, 65_535);
  const token = read.text("ACCESS_TOKEN");
  read.finish();
  const reached = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  const name = reached.includes(":") ? `[${reached}]` : reached;
  return { url: `http://${name}:${port}`, ...(token ? { token } : {}) };
}

class Reader {
  readonly #values: Record<string, string>;
  readonly #problems: string[] = [];

  constructor(values: Record<string, string>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return Boolean(this.#values[name] || this.#values[`${name}_FILE`]);
  }

  problem(name: string, value: string, allowed: string): void {
    const shown = secrets.includes(name) ? "the value" : JSON.stringify(value);
    this.#problems.push(`${name}: ${shown} is not allowed; ${allowed}`);
  }

  /** The value, or the content of the file that `<NAME>_FILE` names. */
  text(name: string): string | undefined {
    const file = this.#values[`${name}_FILE`];
    if (!file || this.#values[name]) {
      return this.#values[name]?.trim() || undefined;
    }
    try {
      return Deno.readTextFileSync(file).trim() || undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.problem(
        `${name}_FILE`,
        file,
        `it must name a readable file (${reason})`,
      );
      return undefined;
    }
  }

  matching(name: string, pattern: RegExp, allowed: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !pattern.test(value)) {
      this.problem(name, value, `allowed: ${allowed}`);
    }
    return value;
  }

  number(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      this.problem(name, text, `allowed: a whole number from ${min} to ${max}`);
    }
    return value;
  }

  choice<const Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback: Choice,
  ): Choice {
    const value = this.text(name) ?? fallback;
    if (!choices.includes(value as Choice)) {
      this.problem(name, value, `allowed: ${choices.join(", ")}`);
    }
    return value as Choice;
  }

  url(name: string, schemes: readonly string[]): string {
    const value = this.text(name);
    const allowed = `allowed: an address that begins with ${
      schemes.map((s) => `${s}//`).join(" or ")
    }`;
    if (value === undefined) {
      this.#problems.push(
        `${name} is not set; ${allowed}. "deno task dev" starts a private server and sets it`,
      );
    } else if (
      !schemes.some((scheme) => value.startsWith(`${scheme}//`)) ||
      !parses(value)
    ) {
      this.problem(name, value, allowed);
    }
    return value ?? "";
  }

  symbols(name: string, fallback: string): string[] {
    const symbols = (this.text(name) ?? fallback).split(",").map((s) =>
      s.trim().toUpperCase()
    ).filter(Boolean);
    const bad = symbols.filter((symbol) => parseSymbol(symbol) === null);
    for (const symbol of bad) {
      this.problem(name, symbol, "allowed: symbols like AAPL,BRK.B");
    }
    return [...new Set(symbols)];
  }

  cron(name: string): string {
    const value = this.text(name) ?? "";
    try {
      parseCron(value);
    } catch (error) {
      this.problem(
        name,
        value,
        error instanceof Error ? error.message : String(error),
      );
    }
    return value;
  }

  perActor<Value>(
    prefix: string,
    read: (name: string) => Value,
  ): Record<string, Value> {
    return Object.fromEntries(
      Object.keys(this.#values).filter((name) =>
        name.startsWith(prefix) && this.has(name)
      )
        .map((name) => [name.slice(prefix.length).toLowerCase(), read(name)]),
    );
  }

  finish(): void {
    if (this.#problems.length) throw new ConfigError(this.#problems.join("\n"));
  }
}

function parses(url: string): boolean {
  // Several hosts (kafka://a:9092,b:9092, Sentinel) are no URL to the parser: try the first.
  return URL.canParse(url) || URL.canParse(url.replace(/,[^/]*/, ""));
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
