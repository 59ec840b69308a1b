import assert from "node:assert/strict";
import { startProxy } from "../tests/support/proxy.ts";
import { testRedis } from "../tests/support/servers.ts";
import { deadline } from "../wait.ts";
import { connectRedis, disconnectRedis } from "./redis.ts";

Deno.test("a connection that goes deaf is replaced, also if the one before ended while it was waited for", async () => {
  const server = await testRedis();
  const proxy = startProxy(server.url);
  const redis = connectRedis(proxy.url);
  const admin = connectRedis(server.url);
  try {
    assert.equal(await redis.ping(), "PONG");
    proxy.stall();
    const waiting = redis.ping();
    const closed = new Promise((resolve) => redis.once("close", resolve));
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await closed;
    proxy.heal();
    assert.equal(await waiting, "PONG");
    proxy.deafen();
    assert.equal(await deadline(redis.ping(), 15_000, "still deaf"), "PONG");
  } finally {
    await disconnectRedis(redis);
    await disconnectRedis(admin);
    await proxy.close();
    await server.stop();
  }
});
