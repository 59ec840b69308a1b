/** The Kafka client library, set up: one place for its options, its errors and its time limits. */
import { Buffer } from "node:buffer";
import {
  Admin,
  Consumer,
  findErrorBy,
  Producer,
  stringSerializers,
} from "@platformatic/kafka";
import type { KafkaAddress } from "./url.ts";

/** A member that is silent for so long is dead, and its partitions go to others. */
export const sessionTimeoutMs = 10_000;

type Options = ConstructorParameters<typeof Admin>[0];

function options(address: KafkaAddress): Options {
  return {
    clientId: "signalbox",
    bootstrapBrokers: [...address.hosts],
    connectTimeout: 3000,
    requestTimeout: 20_000,
    retries: 3,
    retryDelay: 250,
    ...(address.tls && { tls: {} }),
    ...(address.login && { sasl: address.login }),
  };
}

export const openAdmin = (address: KafkaAddress): Admin =>
  new Admin(options(address));

/** Publishes in order and once: the server drops what it has already taken when a send is repeated. */
export function openProducer(
  address: KafkaAddress,
): Producer<string, string, string, string> {
  return new Producer({
    ...options(address),
    serializers: stringSerializers,
    idempotent: true,
  });
}

/** Fetches from given offsets. It never joins its group, so none comes into being. */
export const openReader = (address: KafkaAddress): Consumer =>
  new Consumer({
    ...options(address),
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
    groupId,
    groupInstanceId: instance,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: 500,
    // The library's only hook that runs, and can wait, before a join: what it returns is not used.
    protocolsMetadata: async () => {
      await beforeJoin();
      return Buffer.alloc(0);
    },
  });
}

/** True if an error, or one of those in it, is Kafka's of this name. */
export const isKafkaError = (error: unknown, id: string): boolean =>
  error instanceof Error && findErrorBy(error, "apiId", id) !== null;

/** True if an error says that this member is not, or no longer, one of the present generation. */
export const isStaleMember = (error: unknown): boolean =>
  error instanceof Error && findErrorBy(error, "needsRejoin", true) !== null;

/** True if an error says that another process has joined under this member's name. */
export const isShutOut = (error: unknown): boolean =>
  isKafkaError(error, "FENCED_INSTANCE_ID");

/** True if no repetition can mend it: the server does not let us. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (findErrorBy(error, "code", "PLT_KFK_AUTHENTICATION") !== null ||
    ["TOPIC", "GROUP", "CLUSTER"].some((what) =>
      isKafkaError(error, `${what}_AUTHORIZATION_FAILED`)
    ));
