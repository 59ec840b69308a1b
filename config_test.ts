import assert from "node:assert/strict";
import {
  ConfigError,
  loadConfig,
  nearestOf,
  readBrokerUrls,
  readConfig,
  readDevConfig,
} from "./config.ts";

const servers = {
  DATABASE_URL: "postgres://u:secret@db:5432/s",
  REDIS_URL: "redis://cache:6379",
};

Deno.test("every variable but the servers has a default", () => {
  const config = readConfig(servers);
  assert.deepEqual(
    [
      config.host,
      config.port,
      config.brokerUrl,
      config.market.provider,
      config.marketHours,
      config.callsPerMinute,
      config.foreignGroupLimit,
      config.redisPrefix,
    ],
    [
      "127.0.0.1",
      8000,
      "redis://cache:6379",
      "demo",
      "always",
      60,
      0,
      "signalbox",
    ],
  );
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.market));
});

Deno.test("the log knows what becomes of the console where Deno exports it", () => {
  const read = (more: Record<string, string>) =>
    readConfig({ ...servers, ...more }).logExported;
  assert.equal(read({}), "ignore");
  assert.equal(read({ OTEL_DENO: "true" }), "capture");
  const replace = { OTEL_DENO_CONSOLE: "replace" };
  assert.equal(read({ OTEL_DENO: "true", ...replace }), "replace");
  assert.equal(read({ OTEL_SDK_DISABLED: "true", ...replace }), "ignore");
});

Deno.test("a prefix is short and has no colon, which ends it", () => {
  const read = (REDIS_PREFIX: string) =>
    readConfig({ ...servers, REDIS_PREFIX }).redisPrefix;
  assert.equal(read("staging-2.eu_west"), "staging-2.eu_west");
  for (const bad of ["a:b", "a b", "x".repeat(41), "sta*"]) {
    assert.throws(() => read(bad), /REDIS_PREFIX: .*1 to 40 letters/);
  }
});

Deno.test("a key turns the market to finnhub, which keeps the hours of the exchange", () => {
  const config = readConfig({ ...servers, FINNHUB_API_KEY: "k" });
  assert.deepEqual([config.market.provider, config.marketHours], [
    "finnhub",
    "us",
  ]);
});

Deno.test("several markets are asked in the order in which they are named, each within its own limit", () => {
  const read = (MARKET: string, more = {}) =>
    readConfig({ ...servers, FINNHUB_API_KEY: "k", MARKET, ...more });
  const both = read("finnhub, yahoo", { YAHOO_CALLS_PER_MINUTE: "20" });
  assert.equal(both.market.provider, "finnhub,yahoo");
  assert.equal(both.callsPerMinute, 80);
  assert.deepEqual(
    both.market.providers.map(({ provider, apiKey, baseUrl }) => [
      provider,
      apiKey,
      baseUrl,
    ]),
    [["finnhub", "k", "https://finnhub.io/api/v1"], ["yahoo", undefined, ""]],
  );
  const first = read("yahoo,finnhub").market.providers[0]!;
  assert.equal(first.provider, "yahoo");
  const alone = readConfig({ ...servers, MARKET: "yahoo" });
  assert.equal(alone.market.provider, "yahoo");
  assert.deepEqual([both.marketHours, alone.marketHours], ["market", "market"]);
  for (const bad of ["yahoo,demo", "yahoo,yahoo", "finnhub,", "reuters"]) {
    assert.throws(() => read(bad), /MARKET: .*finnhub,yahoo/);
  }
  assert.throws(
    () => readConfig({ ...servers, MARKET: "finnhub,yahoo" }),
    /MARKET: .*FINNHUB_API_KEY.*MARKET=yahoo/,
  );
});

Deno.test("each bad variable is named with its value and what is allowed, all in one error", () => {
  const bad = {
    ...servers,
    PORT: "80a",
    MARKET: "nasdaq",
    LOG_LEVEL: "loud",
    WATCHLIST: "AAPL,<b>",
    SCHEDULE_QUOTES: "0 9 * * 1",
    REPLICAS_NEWS: "0",
    BROKER_URL: "amqp://x",
    MARKET_HOURS: "eu",
  };
  assert.throws(() => readConfig(bad), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(
      error.message.split("\n").map((line) => line.split(":")[0]),
      [
        "MARKET",
        "PORT",
        "BROKER_URL",
        "WATCHLIST",
        "SCHEDULE_QUOTES",
        "REPLICAS_NEWS",
        "MARKET_HOURS",
        "LOG_LEVEL",
      ],
    );
    assert.match(
      error.message,
      /PORT: "80a" is not allowed; allowed: a whole number from 0 to 65535/,
    );
    return true;
  });
});

Deno.test("rows are kept for ever, unless days are told by actor", () => {
  const { retentionDays, thinAfterDays, deadLettersKeepDays } = readConfig(
    servers,
  );
  assert.deepEqual(
    { retentionDays, thinAfterDays, deadLettersKeepDays },
    { retentionDays: {}, thinAfterDays: {}, deadLettersKeepDays: null },
  );
  const given = readConfig({
    ...servers,
    RETENTION_DAYS_QUOTES: "730",
    THIN_AFTER_DAYS_QUOTES: "30",
    DEAD_LETTERS_KEEP_DAYS: "90",
  });
  assert.deepEqual(given.retentionDays, { quotes: 730 });
  assert.deepEqual(given.thinAfterDays, { quotes: 30 });
  assert.equal(given.deadLettersKeepDays, 90);
  for (const days of ["0", "-1", "1.5", "a year"]) {
    const bad = { ...servers, RETENTION_DAYS_QUOTES: days };
    assert.throws(
      () => readConfig(bad),
      /RETENTION_DAYS_QUOTES: ".*" is not allowed; allowed: a whole number from 1/,
    );
  }
});

Deno.test("a name that is nearly right is taken for a slip", () => {
  const actors = ["alerts", "news", "quotes", "recommendations"];
  assert.equal(nearestOf("quots", actors), "quotes");
  assert.equal(nearestOf("recomendation", actors), "recommendations");
  assert.equal(nearestOf("new", actors), "news");
  assert.equal(nearestOf("weather", actors), undefined);
  assert.equal(nearestOf("ab", actors), undefined);
});

Deno.test("symbols are taken as people type them, and no more than the limit", () => {
  const given = { WATCHLIST: "$aapl, brk/b,M&M.NS,AAPL" };
  const { watchlist, watchlistLimit } = readConfig({ ...servers, ...given });
  assert.deepEqual(watchlist, ["AAPL", "BRK.B", "M&M.NS"]);
  assert.equal(watchlistLimit, 1_000);
  assert.throws(
    () => readConfig({ ...servers, ...given, WATCHLIST_LIMIT: "2" }),
    /WATCHLIST: "3 symbols".*WATCHLIST_LIMIT is 2/,
  );
});

Deno.test("the broker may be a cluster, with TLS and a login", () => {
  for (
    const url of [
      "kafka://a:9092,b:9092?partitions=8",
      "kafka+ssl://me:p%40ss@a:9093,b:9093?mechanism=SCRAM-SHA-512",
    ]
  ) {
    assert.equal(readConfig({ ...servers, BROKER_URL: url }).brokerUrl, url);
  }
});

Deno.test("a secret is never shown, not even a bad one", () => {
  assert.throws(
    () => readConfig({ ...servers, DATABASE_URL: "mysql://u:hunter2@x" }),
    (error) => {
      assert.match(
        String(error),
        /DATABASE_URL: the value is not allowed; .*postgres:\/\//,
      );
      assert.doesNotMatch(String(error), /hunter2/);
      return true;
    },
  );
});

Deno.test("a missing server says what to set", () => {
  assert.throws(() => readConfig({}), /DATABASE_URL is not set/);
});

Deno.test("secrets may come from files, and a file that is not there is named", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "from-a-file\n");
  assert.equal(
    readConfig({ ...servers, FINNHUB_API_KEY_FILE: file }).market.providers[0]!
      .apiKey,
    "from-a-file",
  );
  await Deno.remove(file);
  assert.throws(
    () => readConfig({ ...servers, ACCESS_TOKEN_FILE: "/nowhere" }),
    /ACCESS_TOKEN_FILE: "\/nowhere"/,
  );
});

Deno.test("secrets leave the environment once they are read", () => {
  const values: Record<string, string> = {
    ...servers,
    FINNHUB_API_KEY: "k",
    HOME: "/home/x",
  };
  loadConfig({
    toObject: () => ({ ...values }),
    delete: (name) => void delete values[name],
  });
  assert.deepEqual(values, { HOME: "/home/x" });
});

Deno.test("the brokers' addresses may come from files too", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "kafka://a:9092\n");
  assert.deepEqual(
    readBrokerUrls({ BROKER_URL_FILE: file, REDIS_URL: "redis://b" }),
    {
      redisUrl: "redis://b",
      brokerUrl: "kafka://a:9092",
      redisPrefix: "signalbox",
    },
  );
  await Deno.remove(file);
});

Deno.test("a development start names the servers that are missing, and is told of everything else", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "mysql://x\n");
  assert.deepEqual(readDevConfig({ REDIS_URL: "redis://b" }), {
    dataDir: ".data",
    missing: ["DATABASE_URL"],
  });
  const wrong = { DATABASE_URL_FILE: file, PORT: "x" };
  assert.throws(() => readDevConfig(wrong), /^ConfigError: PORT.*\nDATABASE/);
  await Deno.remove(file);
});

Deno.test("schedules hurry for the simulated market alone", () => {
  const given = { ...servers, TRIAL_SPEED: "60" };
  assert.equal(readConfig(given).trialSpeed, 60);
  assert.throws(
    () => readConfig({ ...given, FINNHUB_API_KEY: "0123456789" }),
    /TRIAL_SPEED: "60" is not allowed; only with MARKET=demo/,
  );
});
