import assert from "node:assert/strict";
import { connectDatabase } from "../db/client.ts";
import { connectRedis, disconnectRedis } from "../db/redis.ts";
import { startProxy } from "../tests/support/proxy.ts";
import { postgresServer, testRedis } from "../tests/support/servers.ts";
import { sleep } from "../wait.ts";
import { askOften } from "./ask_often.ts";

Deno.test("connections that went deaf while nobody used them are replaced before somebody does", async () => {
  const server = await testRedis();
  const ways = [
    startProxy(await postgresServer()),
    startProxy(server.url),
  ] as const;
  const sql = connectDatabase(ways[0].url, { max: 1 });
  const redis = connectRedis(ways[1].url);
  const stop = askOften(sql, redis);
  await sql`select 1`;
  await redis.ping();
  for (const way of ways) way.deafen();
  assert.deepEqual(ways.map((way) => way.open), [0, 0]);
  while (ways.some((way) => way.open === 0)) await sleep(100);
  await sql`select 1`;
  await redis.ping();
  stop();
  await sql.end({ timeout: 1 });
  await disconnectRedis(redis);
  await Promise.all(ways.map((way) => way.close()));
  await server.stop();
});
