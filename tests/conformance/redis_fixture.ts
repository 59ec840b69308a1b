/** What the tests of the Redis adapter stand on: a server, brokers with a short claim threshold, ghosts. */
import type { Redis } from "ioredis";
import type {
  BatchHandler,
  Broker,
  Incident,
  Subscription,
} from "../../broker/broker.ts";
import type { BrokerOptions } from "../../broker/open.ts";
import { connectRedisBroker } from "../../broker/redis/broker.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { sleep } from "../../wait.ts";
import { testRedis } from "../support/servers.ts";

/** Short, so that a test need not wait 15 s for a consumer to count as dead. */
export const claimAfterMs = 300;

export interface RedisFixture {
  readonly url: string;
  readonly raw: Redis;
  readonly topic: string;
  readonly stream: string;
  /** As Redis knows it. */
  readonly group: string;
  readonly incidents: Incident[];
  connect(options?: BrokerOptions): Promise<Broker>;
  subscribe(
    broker: Broker,
    consumer: string,
    handler: BatchHandler,
    batch?: number,
  ): Subscription;
  /** Somebody takes messages and dies: they stay pending with the name. */
  ghost(name: string, count: number): Promise<string[]>;
  /** The same, with a new message that no living consumer can get before it. */
  ghostWithNew(name: string, id: string): Promise<void>;
}

/** Starts one server for the test file and registers tests that work on topics of their own. */
export function redisTests() {
  let server: Awaited<ReturnType<typeof testRedis>>;
  let raw: Redis;
  Deno.test.beforeAll(async () => {
    server = await testRedis();
    raw = connectRedis(server.url);
    // An uptime below the claim threshold means patience; see broker/redis/group.ts.
    await sleep(1000);
  });
  Deno.test.afterAll(async () => {
    await disconnectRedis(raw);
    await server.stop();
  });
  return (name: string, run: (fixture: RedisFixture) => Promise<void>) =>
    Deno.test(name, async () => {
      const opened: { close(): Promise<void> }[] = [];
      try {
        await run(openFixture(server.url, raw, opened));
      } finally {
        for (const one of opened.reverse()) await one.close();
      }
    });
}

function openFixture(
  url: string,
  raw: Redis,
  opened: { close(): Promise<void> }[],
): RedisFixture {
  const topic = crypto.randomUUID().slice(0, 8);
  const [stream, group] = [`signalbox:stream:${topic}`, `signalbox:${topic}`];
  const incidents: Incident[] = [];
  return {
    url,
    raw,
    topic,
    stream,
    group,
    incidents,
    async connect(options) {
      const all = { claimAfterMs, ...options };
      const broker = await connectRedisBroker(url, all);
      opened.push(broker);
      return broker;
    },
    subscribe: (broker, consumer, handler, batch = 10) =>
      broker.subscribe(topic, topic, handler, {
        consumer,
        batch,
        onIncident: (one) => incidents.push(one),
      }),
    async ghost(name, count) {
      await raw.xgroup("CREATE", stream, group, "0", "MKSTREAM").catch(
        () => {},
      );
      const reply = await raw.xreadgroup(
        ...["GROUP", group, name, "COUNT", count] as const,
        ...["STREAMS", stream, ">"] as const,
      ) as [string, [string, string[]][]][] | null;
      return (reply?.[0]?.[1] ?? []).map(([id]) => id);
    },
    async ghostWithNew(name, id) {
      // Blocked readers are served after the transaction.
      await raw.multi().xadd(stream, "*", "id", id)
        .xreadgroup(
          ...["GROUP", group, name, "COUNT", 1] as const,
          ...["STREAMS", stream, ">"] as const,
        ).exec();
    },
  };
}

export async function consumerNames(fixture: RedisFixture): Promise<string[]> {
  const rows = await fixture.raw.xinfo(
    "CONSUMERS",
    fixture.stream,
    fixture.group,
  );
  return (rows as unknown[][]).map((row) => String(row[1])).sort();
}

/** Ends the connection over which a consumer reads. */
export async function killReading(
  { raw, group }: Pick<RedisFixture, "raw" | "group">,
  consumer: string,
): Promise<void> {
  const list = String(await raw.client("LIST"));
  const reading = new RegExp(`id=(\\d+) .*name=${group}:${consumer}`);
  const [, id] = reading.exec(list)!;
  await raw.client("KILL", "ID", id!);
}
