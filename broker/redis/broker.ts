/**
 * The broker on Redis Streams: one stream for each topic, one consumer group for each group. Works on
 * Redis 6.2 and later and on Valkey, on one server or behind Sentinel.
 */
import type { Redis } from "ioredis";
import {
  connectRedis,
  disconnectRedis,
  redactUrl,
  withoutArguments,
} from "../../db/redis.ts";
import type { Broker, BrokerFeatures, Subscription } from "../broker.ts";
import type { BrokerOptions } from "../open.ts";
import { deadline } from "../../wait.ts";
import { redisDurability } from "./durability.ts";
import { placeOf } from "./group.ts";
import { groupsOf, pendingOf } from "./inspect.ts";
import { streamKey } from "./names.ts";
import { publishTo } from "./publish.ts";
import { readStream, replayStream } from "./read.ts";
import { subscribeRedis } from "./subscription.ts";
import { trimStream } from "./trim.ts";

const features: BrokerFeatures = {
  durable: true,
  pendingEntries: true,
  trims: true,
  timeWindows: true,
};

/** What is asked for people to see must not hang while the server is away. */
const answerMs = 10_000;

/** Rejects, naming the address, if the server does not answer now. */
export async function connectRedisBroker(
  url: string,
  options: BrokerOptions = {},
): Promise<Broker> {
  const name = options.clientName ?? "signalbox";
  const redis = connectRedis(url, { name });
  try {
    await firstAnswer(redis);
  } catch (error) {
    await disconnectRedis(redis);
    throw noAnswer(url, error);
  }
  return openBroker(redis, url, options);
}

/** The first failure counts; later ones are met with patience. */
async function firstAnswer(redis: Redis): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    redis.once("error", reject);
    redis.once("close", () => reject(new Error("the connection closed")));
  });
  failed.catch(() => {}); // too late: it stands
  await deadline(Promise.race([redis.ping(), failed]), answerMs, "no answer");
}

const noAnswer = (url: string, error: unknown): Error =>
  new Error(
    `the Redis at ${redactUrl(url)} does not answer: ` +
      `${(error as Error).message}; start it, or change BROKER_URL`,
    { cause: withoutArguments(error) },
  );

function openBroker(redis: Redis, url: string, options: BrokerOptions): Broker {
  const { claimAfterMs = 15_000 } = options;
  const subscriptions = new Set<Subscription>();
  const ask = <T>(asked: Promise<T>): Promise<T> =>
    deadline(asked, answerMs, `${redactUrl(url)} does not answer`);

  return {
    name: "redis",
    features,
    publish: (topic, messages) => publishTo(redis, topic, messages),
    subscribe(topic, group, handler, { consumer, batch = 500, onIncident }) {
      const report = onIncident ?? (() => {});
      const place = placeOf(
        redis,
        topic,
        group,
        consumer,
        claimAfterMs,
        report,
      );
      const subscription = subscribeRedis({ url, place, batch }, handler);
      subscriptions.add(subscription);
      const forget = () => subscriptions.delete(subscription);
      subscription.closed.then(forget, forget);
      return subscription;
    },
    depth: (topic) => ask(redis.xlen(streamKey(topic))),
    groups: (topic) => ask(groupsOf(redis, topic)),
    pending: (topic, group, limit) =>
      ask(pendingOf(redis, topic, group, limit)),
    read: (topic, options) => ask(readStream(redis, topic, options)),
    replay: (topic, handler, options) =>
      replayStream(redis, topic, handler, options),
    trim: (topic, limits) => trimStream(redis, topic, limits),
    durability: () => ask(redisDurability(redis)),
    async ping() {
      try {
        if (redis.status !== "ready") throw new Error("not connected");
        await deadline(redis.ping(), 5000, "no answer within 5 s");
      } catch (error) {
        throw noAnswer(url, error);
      }
    },
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
      await disconnectRedis(redis);
    },
  };
}
