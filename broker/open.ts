/** The table of adapters: which one a URL picks. One that is not asked for is not loaded. */
import { redactUrl, redisHosts } from "../db/redis_url.ts";
import type { Broker } from "./broker.ts";
import { kafkaHosts } from "./kafka/url.ts";

export interface BrokerOptions {
  /**
   * A consumer that has not given a sign of life for this long may lose what it holds to another;
   * 15,000 ms unless told. Brokers that find that out by themselves have their own settings.
   */
  readonly claimAfterMs?: number;
  /** How this client is named at the broker; `signalbox` unless told. */
  readonly clientName?: string;
  /** What every name in Redis begins with; `signalbox` unless told. Kafka has names of its own. */
  readonly redisPrefix?: string | undefined;
}

interface Adapter {
  readonly name: string;
  /** What the URL may start with. */
  readonly schemes: readonly string[];
  hosts(url: string): string[];
  connect(url: string, options: BrokerOptions): Promise<Broker>;
}

const adapters: readonly Adapter[] = [
  {
    name: "redis",
    schemes: ["redis:", "rediss:", "redis+sentinel:"],
    hosts: redisHosts,
    connect: async (url, options) =>
      (await import("./redis/broker.ts")).connectRedisBroker(url, options),
  },
  {
    name: "kafka",
    schemes: ["kafka:", "kafka+ssl:"],
    hosts: kafkaHosts,
    connect: async (url) =>
      (await import("./kafka/broker.ts")).connectKafka(url),
  },
  {
    name: "memory",
    schemes: ["memory:"],
    hosts: () => [],
    connect: async (url) => (await import("./memory.ts")).connectMemory(url),
  },
];

/** What BROKER_URL may start with: `memory:` is of no use there, a Worker does not see its topics. */
export const brokerSchemes: readonly string[] = adapters
  .filter(({ name }) => name !== "memory").flatMap(({ schemes }) => schemes);

/**
 * Connects to the broker that the URL names.
 * @throws {TypeError} if no adapter has this scheme, or the URL is malformed
 * @throws {BrokerUnavailableError} if it does not answer
 */
export async function connectBroker(
  url: string,
  options: BrokerOptions = {},
): Promise<Broker> {
  const { claimAfterMs } = options;
  if (claimAfterMs !== undefined && !(claimAfterMs >= 100)) {
    throw new RangeError(`claimAfterMs is ${claimAfterMs}: 100 is the least`);
  }
  return await adapterFor(url).connect(url, options);
}

/** `redis`, `kafka` or `memory`: `name` of the broker that the URL names. */
export const brokerName = (url: string): string => adapterFor(url).name;

/** `host:port` of the servers that the URL names: what a Worker needs permission for. */
export const brokerHosts = (url: string): string[] =>
  adapterFor(url).hosts(url);

function adapterFor(url: string): Adapter {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase() ?? "";
  const adapter = adapters.find(({ schemes }) => schemes.includes(scheme));
  if (adapter) return adapter;
  throw new TypeError(
    `no broker for "${redactUrl(url)}": the URL may start with ` +
      adapters.flatMap(({ schemes }) => schemes).join(", "),
  );
}
