/** The Kafka client library, set up: one place for its options and its time limits. */
import { Buffer } from "node:buffer";
import {
  Admin,
  Consumer,
  Producer,
  stringSerializers,
} from "@platformatic/kafka";
import type { Backoff } from "../../wait.ts";
import type { KafkaAddress } from "./url.ts";

/**
 * A member that is silent for so long is dead, and its partitions go to others: the first that the
 * cluster allows (`group.min.session.timeout.ms`, 6 s unless it is set there).
 */
export const sessionTimeoutsMs = [4_000, 6_000, 10_000, 30_000] as const;

/** How long the others of a group wait for a member that lives, but has not yet let go. */
export const rebalanceTimeoutMs = 10_000;

/** What has no answer for so long is given up with its connection. */
const requestTimeoutMs = 6_000;

/** The same for what carries many messages, on a slow line too. */
const bulkTimeoutMs = 9_000;

/** Between attempts while servers are away, or change. */
export const reconnect: Backoff = { baseMs: 100, maxMs: 500 };

type Options = ConstructorParameters<typeof Admin>[0];

function options(address: KafkaAddress): Options {
  return {
    clientId: "signalbox",
    bootstrapBrokers: [...address.hosts],
    connectTimeout: 3000,
    requestTimeout: requestTimeoutMs,
    retries: 3,
    retryDelay: 250,
    ...(address.tls && { tls: {} }),
    ...(address.login && { sasl: address.login }),
  };
}

export const openAdmin = (address: KafkaAddress): Admin =>
  new Admin(options(address));

/** Publishes in order and once: the server drops what it has already taken when a send is repeated. */
export const openProducer = (address: KafkaAddress) =>
  new Producer({
    ...options(address),
    requestTimeout: bulkTimeoutMs,
    retries: 2, // so that it is said within half a minute
    serializers: stringSerializers,
    idempotent: true,
  });

/** Fetches from given offsets. It never joins its group, so none comes into being. */
export const openReader = (address: KafkaAddress): Consumer =>
  new Consumer({
    ...options(address),
    requestTimeout: bulkTimeoutMs,
    groupId: "signalbox-reader",
    retries: 0,
  });

/**
 * A member of a group. It does not retry by itself: a commit that the library repeats after a rejoin
 * would be made without asking whether the partition is still ours.
 *
 * @param beforeJoin is awaited before each join, while the partitions held until then are still ours.
 */
export function openMember(
  address: KafkaAddress,
  groupId: string,
  instance: string,
  beforeJoin: () => Promise<void>,
): Consumer {
  return new Consumer({
    ...options(address),
    retries: 0,
    // A join is answered when the others have joined too.
    requestTimeout: rebalanceTimeoutMs + 2_000,
    groupId,
    groupInstanceId: instance,
    sessionTimeout: sessionTimeoutsMs[0],
    rebalanceTimeout: rebalanceTimeoutMs,
    heartbeatInterval: 500,
    // The library's only hook that runs, and can wait, before a join: what it returns is not used.
    protocolsMetadata: async () => {
      await beforeJoin();
      return Buffer.alloc(0);
    },
  });
}

/** Ends the connections of a client at once: what was asked over them fails, and new ones are made. */
export function cutConnections(
  { connections }: Pick<Admin, "connections">,
): void {
  for (const [, connection] of connections) connection.socket.destroy();
}
