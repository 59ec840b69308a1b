/** The servers of the benchmark: durable, as in production, and its tables. */
import postgres, { type Sql } from "postgres";
import type { Broker } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/open.ts";
import { type Config, readConfig } from "../../config.ts";
import { migrate } from "../../db/migrate.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { startKafka } from "../kafka/server.ts";
import { testPostgres, testRedis } from "../support/servers.ts";

const root = new URL("../../", import.meta.url);

export type Servers = Awaited<ReturnType<typeof openServers>>;

export async function openServers() {
  const [database, redis] = await Promise.all([
    testPostgres({ persist: true }),
    testRedis({ persist: true }),
  ]);
  const sql: Sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await migrate(sql, "core", new URL("db/migrations/", root));
  await migrate(sql, "quotes", new URL("actors/quotes/", root));
  const client = connectRedis(redis.url);
  const subscriber = connectRedis(redis.url);
  return {
    databaseUrl: database.url,
    redisUrl: redis.url,
    sql,
    client,
    subscriber,
    /** Rows and latest values are gone, the stream is not. */
    async clear() {
      await sql`truncate quotes, quote_hours, thinning`;
      await client.del("signalbox:latest:quotes");
    },
    async close() {
      await Promise.all([disconnectRedis(client), disconnectRedis(subscriber)]);
      await sql.end();
      await Promise.all([database.stop(), redis.stop()]);
    },
  };
}

export interface OpenBroker {
  readonly config: Config;
  readonly broker: Broker;
  close(): Promise<void>;
}

export async function openBroker(
  name: "redis" | "kafka",
  { databaseUrl, redisUrl }: Servers,
): Promise<OpenBroker> {
  const kafka = name === "kafka" ? await startKafka() : undefined;
  const brokerUrl = kafka?.url ?? redisUrl;
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    BROKER_URL: brokerUrl,
    LOG_LEVEL: "error",
  });
  const broker = await connectBroker(brokerUrl);
  return {
    config,
    broker,
    async close() {
      await broker.close();
      await kafka?.stop();
    },
  };
}
