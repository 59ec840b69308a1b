/** For tests: a private Redis, and connections to it that end with it. */
import type { Redis } from "ioredis";
import { testRedis } from "./servers.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";

export interface PrivateRedis extends AsyncDisposable {
  readonly redis: Redis;
  /** One more connection. */
  connect(): Redis;
}

export async function privateRedis(): Promise<PrivateRedis> {
  const server = await testRedis();
  const connections: Redis[] = [];
  const connect = () => {
    const redis = connectRedis(server.url, { name: "test" });
    connections.push(redis);
    return redis;
  };
  return {
    redis: connect(),
    connect,
    async [Symbol.asyncDispose]() {
      await Promise.all(connections.map(disconnectRedis));
      await server.stop();
    },
  };
}
