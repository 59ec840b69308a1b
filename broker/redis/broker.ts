/**
 * The broker on Redis Streams: one stream for each topic, one consumer group for each group. Works on
 * Redis 6.2 and later and on Valkey, on one server or behind Sentinel.
 */
import type { Redis } from "ioredis";
import {
  connectRedis,
  disconnectRedis,
  isRedisUnavailable,
  namesOf,
  redactUrl,
  withoutArguments,
} from "../../db/redis.ts";
import { deadline, DeadlineError, resolvesWithin } from "../../wait.ts";
import {
  type BatchHandler,
  type Broker,
  BrokerUnavailableError,
  type Subscription,
} from "../broker.ts";
import type { BrokerOptions } from "../open.ts";
import { BatchQueue, Dispatcher } from "./dispatcher.ts";
import { redisDurability } from "./durability.ts";
import { type GroupConsumer, leave, recoverStranded } from "./group.ts";
import { inspection } from "./inspect.ts";
import { Leases } from "./lease.ts";
import { Reader } from "./reader.ts";
import { pageSize, Source } from "./source.ts";
import { type Ask, publishTo } from "./stream.ts";
import { trimStream } from "./trim.ts";
import { UnreadWatch } from "./unread.ts";

/** A first connection may have to find its way, over names and Sentinels. */
const connectMs = 10_000;
/** Nobody waits for longer while the server is away; for publishing, see there. */
const answerMs = 5_000;

/**
 * Connects to the Redis at `url`.
 * @throws {BrokerUnavailableError} if the server does not answer now
 */
export async function connectRedisBroker(
  url: string,
  {
    claimAfterMs = 15_000,
    clientName: name = "signalbox",
    redisPrefix: prefix,
  }: BrokerOptions = {},
): Promise<Broker> {
  const redis = connectRedis(url, { name, prefix });
  try {
    await firstAnswer(redis);
  } catch (error) {
    await disconnectRedis(redis);
    const failure = told(url, error);
    if (failure !== error) throw failure;
    const why = `the Redis at ${redactUrl(url)} refuses us: `;
    throw new Error(why + (error as Error).message, { cause: error });
  }
  return openBroker(redis, url, claimAfterMs);
}

/** The first failure counts; later ones are met with patience. */
async function firstAnswer(redis: Redis): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    redis.once("error", reject);
    redis.once("close", () => reject(new Error("Connection is closed.")));
  });
  failed.catch(() => {}); // too late: it stands
  const answer = Promise.race([redis.ping(), failed]);
  await deadline(answer, connectMs, noAnswer);
}

const noAnswer = "no answer in time";

/** The error; in the boundary's word if it says that the server is away. */
function told(url: string, error: unknown): unknown {
  withoutArguments(error);
  const away = error instanceof DeadlineError || isRedisUnavailable(error);
  return away ? new BrokerUnavailableError(redactUrl(url), error) : error;
}

function openBroker(redis: Redis, url: string, claimAfterMs: number): Broker {
  const names = namesOf(redis);
  const subscriptions = new Set<RedisSubscription>();
  const fail = (error: unknown): never => {
    throw told(url, error);
  };
  const ask: Ask = (asked) => deadline(asked, answerMs, noAnswer).catch(fail);

  return {
    name: "redis",
    features: {
      durable: true,
      pendingEntries: true,
      trims: true,
      timeWindows: true,
    },
    publish: (topic, messages) => publishTo(redis, topic, messages).catch(fail),
    subscribe(topic, group, handler, options) {
      const { consumer, batch = 500, onIncident: report = () => {} } = options;
      const [stream, name] = [names.stream(topic), names.group(group)];
      const one = new RedisSubscription(
        url,
        { redis, stream, group: name, consumer, claimAfterMs, report },
        batch,
        handler,
      );
      subscriptions.add(one);
      const forget = () => void subscriptions.delete(one);
      one.closed.then(forget, forget);
      return one;
    },
    ...inspection(redis, ask),
    trim: (topic, limits) => trimStream(redis, ask, topic, limits),
    durability: () => ask(redisDurability(redis)),
    async ping() {
      // A question would wait for the connection; this one is whether it stands.
      if (redis.status !== "ready") fail(new Error("Connection is closed."));
      await ask(redis.ping());
    },
    async close() {
      await Promise.all([...subscriptions].map((one) => one.close()));
      await disconnectRedis(redis);
    },
  };
}

/** How long `close` tries to acknowledge and to take leave of a server that does not answer. */
const goodbyeMs = 5000;

/** One consumer of one group: reads ahead, hands out, acknowledges, and keeps its leases. */
class RedisSubscription implements Subscription {
  readonly closed: Promise<void>;
  readonly #queue: BatchQueue;
  readonly #leases: Leases;
  readonly #dispatcher: Dispatcher;
  readonly #source: Source;
  readonly #reader: Reader;
  readonly #unread: UnreadWatch;
  #closing: Promise<void> | undefined;
  #recovering: Promise<number> | undefined;

  constructor(
    url: string,
    private readonly consumer: GroupConsumer,
    batch: number,
    handler: BatchHandler,
  ) {
    const page = Math.min(batch, pageSize);
    const queue = this.#queue = new BatchQueue(batch, page);
    const leases = this.#leases = new Leases(
      consumer,
      (ids) => this.#dispatcher.drop(ids),
      () => this.#reader.draining || this.#reader.drain(),
    );
    this.#dispatcher = new Dispatcher(consumer, leases, queue, handler);
    this.#source = new Source(url, consumer, page);
    this.#reader = new Reader(this.#source, consumer, leases, queue);
    this.#unread = new UnreadWatch(consumer);
    this.closed = this.#run();
  }

  get lastReadAt(): number {
    return this.#source.lastReadAt;
  }

  recover(): Promise<number> {
    return this.#recovering ??= this.#recover()
      .finally(() => this.#recovering = undefined);
  }

  pause(): void {
    this.#queue.pause();
  }

  resume(): void {
    this.#queue.resume();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #run(): Promise<void> {
    this.#leases.start();
    const dispatching = this.#dispatcher.run();
    try {
      await this.#reader.run();
    } finally {
      this.#queue.close();
      await dispatching;
      await this.#dispatcher.settle(goodbyeMs);
      this.#leases.stop();
      await this.#takeLeave();
    }
  }

  async #takeLeave(): Promise<void> {
    if (this.consumer.redis.status !== "ready") return;
    const leaving = leave(this.consumer).catch(() => {}); // then its name stays until a sweep
    await resolvesWithin(leaving, goodbyeMs);
  }

  async #recover(): Promise<number> {
    if (this.#closing || !this.#leases.steady) return 0;
    const count = await recoverStranded(this.consumer);
    if (count > 0) this.#reader.drain();
    await this.#unread.look();
    return count;
  }

  async #close(): Promise<void> {
    this.#queue.close();
    await this.#reader.stop();
    await this.closed.catch(() => {}); // whoever waits for `closed` is told
  }
}
