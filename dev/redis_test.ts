import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { orphan, serverFolder } from "../tests/support/orphan.ts";
import { cacheFolder } from "../tests/support/servers.ts";
import { commandLine } from "./command.ts";
import { redisProgram, startRedis } from "./redis.ts";

async function start(dir: string) {
  return await startRedis({ dir, cache: await cacheFolder() });
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>) {
  const redis = new Redis(url);
  const answer = await question(redis);
  await redis.quit();
  return answer;
}

Deno.test("Redis keeps its data and its address over a restart", async () => {
  const dir = await serverFolder();
  const first = await start(dir);
  await ask(first.url, (redis) => redis.xadd("stream", "*", "n", "7"));
  await first.stop();
  const second = await start(dir);
  assert.equal(second.url, first.url);
  assert.equal(await ask(second.url, (redis) => redis.xlen("stream")), 1);
  await second.stop();
});

Deno.test("Redis runs with the durability that is promised", async () => {
  const server = await start(await serverFolder());
  const promised = {
    appendonly: "yes",
    appendfsync: "everysec",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "noeviction",
    bind: "127.0.0.1",
  };
  for (const [name, value] of Object.entries(promised)) {
    const answer = await ask(
      server.url,
      (redis) => redis.config("GET", name),
    );
    assert.deepEqual(answer, [name, value]);
  }
  await server.stop();
});

Deno.test("a Redis whose parent was killed is taken over with its data", async () => {
  const dir = await serverFolder();
  const { url, pid } = await orphan("redis", dir);
  await ask(url, (redis) => redis.set("kept", "yes"));
  const server = await start(dir);
  assert.notEqual(server.pid, pid);
  assert.equal(await commandLine(pid), "");
  assert.equal(await ask(server.url, (redis) => redis.get("kept")), "yes");
  await server.stop();
});

Deno.test("a process that only has the id of an old Redis is left alone", async () => {
  const dir = await serverFolder();
  await using bystander = new Deno.Command("sleep", { args: ["60"] }).spawn();
  await Deno.writeTextFile(`${dir}/pid`, `${bystander.pid}\n`);
  const server = await start(dir);
  assert.match(await commandLine(bystander.pid), /sleep 60/);
  await server.stop();
});

Deno.test("a second server on the same folder is refused, naming the process", async () => {
  const dir = await serverFolder();
  const server = await start(dir);
  await assert.rejects(start(dir), {
    name: "SetupError",
    message: new RegExp(`in use by another Signalbox, process ${Deno.pid}:`),
  });
  await server.stop();
});

Deno.test("where there is no Redis, one sentence says what to do", async () => {
  const empty = await serverFolder();
  await assert.rejects(redisProgram({ cache: empty, path: empty }), {
    name: "SetupError",
    message: "There is no Redis: install the package `redis` or `valkey` " +
      "(6.2 or newer), or set REDIS_URL to a server of your own.",
  });
});

Deno.test("a Redis that is too old is not used", async () => {
  const path = await serverFolder();
  const script = "#!/bin/sh\necho Redis server v=6.0.16 sha=0\n";
  await Deno.writeTextFile(`${path}/redis-server`, script, { mode: 0o755 });
  await assert.rejects(
    redisProgram({ cache: path, path }),
    /There is no Redis/,
  );
});

Deno.test("an installed Valkey is used", async () => {
  const path = await serverFolder();
  const script = "#!/bin/sh\necho Valkey server v=8.1.1 sha=0\n";
  await Deno.writeTextFile(`${path}/valkey-server`, script, { mode: 0o755 });
  const { command } = await redisProgram({ cache: path, path });
  assert.equal(command, "valkey-server");
});

Deno.test("a Redis that is told to stop while it writes its first file stops once it has", async () => {
  const server = await startRedis({
    dir: await serverFolder(),
    cache: await cacheFolder(),
    persist: false,
  });
  await ask(server.url, async (redis) => {
    // Some 50 ms each: the file takes seconds.
    await redis.config("SET", "rdb-key-save-delay", "50000");
    for (let n = 0; n < 40; n++) await redis.set(`key ${n}`, n);
    await redis.config("SET", "appendonly", "yes");
  });
  await server.stop();
});
