/** `deno task bench`: speed and size, in one run on one machine, beside the raw limit of the same work. */
import postgres from "postgres";
import { type Broker } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/connect.ts";
import { type Config, readConfig } from "../../config.ts";
import { migrate } from "../../db/migrate.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { testPostgres, testRedis } from "../servers.ts";
import { publishMany } from "./events.ts";
import { measureLatency } from "./latency.ts";
import { measureRaw } from "./raw.ts";
import { measureConsume } from "./throughput.ts";

const root = new URL("../../", import.meta.url);
const count = 200_000;
const batch = 500;

const [database, redis] = await Promise.all([
  testPostgres({ persist: true }),
  testRedis({ persist: true }),
]);
const sql = postgres(database.url, { max: 1, onnotice: () => {} });
const client = connectRedis(redis.url);
const subscriber = connectRedis(redis.url);
await migrate(sql, [
  { scope: "core", dir: new URL("db/migrations/", root) },
  { scope: "quotes", dir: new URL("actors/quotes/", root) },
]);
const config: Config = readConfig({
  DATABASE_URL: database.url,
  REDIS_URL: redis.url,
  LOG_LEVEL: "warn",
});
const broker: Broker = await connectBroker(redis.url);

const published = await publishMany(broker, count);
const raw = await measureRaw(client, sql, count, batch);
const consumed = await measureConsume(config, broker, count);
const latency = await measureLatency(config, broker, subscriber, 300, count);
console.log({ published, raw, consumed, ratio: consumed / raw.total, latency });

await broker.close();
await disconnectRedis(client);
await disconnectRedis(subscriber);
await sql.end();
await Promise.all([database.stop(), redis.stop()]);
Deno.exit(0);
