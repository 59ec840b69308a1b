/** Picks the adapter by the URL. An adapter that is not asked for is not loaded. */
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
}

interface Adapter {
  connect(url: string, options: BrokerOptions): Promise<Broker>;
  hosts(url: string): string[];
}

const redis: Adapter = {
  connect: async (url, options) =>
    (await import("./redis/broker.ts")).connectRedisBroker(url, options),
  hosts: redisHosts,
};

const kafka: Adapter = {
  connect: async (url) => (await import("./kafka/broker.ts")).connectKafka(url),
  hosts: kafkaHosts,
};

const adapters: Readonly<Record<string, Adapter>> = {
  "redis:": redis,
  "rediss:": redis,
  "redis+sentinel:": redis,
  "kafka:": kafka,
  "kafka+ssl:": kafka,
  "memory:": {
    connect: async (url) => (await import("./memory.ts")).connectMemory(url),
    hosts: () => [],
  },
};

/**
 * Connects to the broker that the URL names; rejects, naming the address, if it does not answer.
 * @throws {TypeError} if no adapter has this scheme, or the URL is malformed
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

/** `host:port` of the servers that the URL names: what a Worker needs permission for. */
export function brokerHosts(url: string): string[] {
  return adapterFor(url).hosts(url);
}

function adapterFor(url: string): Adapter {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase() ?? "";
  const adapter = Object.hasOwn(adapters, scheme) && adapters[scheme];
  if (adapter) return adapter;
  throw new TypeError(
    `no broker for "${redactUrl(url)}": the URL may start with ` +
      Object.keys(adapters).join(", "),
  );
}
