/** The Redis under test, and what can happen to it. */
import type { Redis } from "ioredis";
import { newPath } from "../support/run_folder.ts";
import { testRedis, type TestServer } from "../support/servers.ts";
import type { Disk } from "./disk.ts";
import { sleep } from "./processes.ts";
import {
  crash,
  createTurns,
  type Killable,
  revive,
  withRedis,
} from "./servers.ts";

export interface RedisServer extends Killable {
  /**
   * A replica takes its place and its address. As in a failover, the old one goes on for a moment: what
   * it takes in that time is lost.
   */
  promote(): Promise<void>;
  /** Refuses commands to every user for so long; `form` chooses which. */
  forbid(ms: number, form: number): Promise<void>;
  /** Is at its memory limit for so long. */
  fillMemory(ms: number): Promise<void>;
  /** Has no room for its file for so long. */
  fillDisk(ms: number): Promise<void>;
  /** Counts the promotions. */
  readonly term: number;
  /** True once nothing that was acknowledged in this term can be lost any more; false if it may be. */
  keeps(term: number): Promise<boolean>;
}

/** What a user may lose, by mistake: scripts, writing, reading. */
const rights = [
  ["-eval", "-evalsha"],
  ["-xadd", "-hset", "-set"],
  ["-xreadgroup", "-xack", "-xclaim", "-xautoclaim"],
] as const;

const rewritten = /aof_rewrite_in_progress:0[^]*aof_rewrite_scheduled:0/;

/** How long two servers take writes during a failover. */
const splitMs = 200;

export async function startRedisServer(
  disk: Disk | null,
): Promise<RedisServer> {
  let server = await testRedis({ dir: await newFolder(disk), persist: true });
  const { url } = server;
  const ask = <T>(work: (redis: Redis) => Promise<T>) => withRedis(url, work);
  await ask(syncAlways);
  let term = 0;
  let copying = false;
  return {
    url,
    inTurn: createTurns(),
    async kill(awayMs) {
      server = await revive(server, testRedis, awayMs);
      await ask(syncAlways);
    },
    async promote() {
      copying = true;
      const replica = await startReplica(server, disk);
      await withRedis(replica.url, (redis) => redis.replicaof("NO", "ONE"));
      await sleep(splitMs);
      await crash(server);
      // Now, when the old one acknowledges nothing more.
      term++;
      copying = false;
      await Deno.remove(server.dir, { recursive: true });
      const { port } = server;
      await withRedis(
        replica.url,
        (redis) => redis.config("SET", "port", port),
      );
      server = { ...replica, url, port };
    },
    forbid: (ms, form) =>
      ask(async (redis) => {
        const taken = rights[form % rights.length]!;
        await redis.call("ACL", "SETUSER", "default", ...taken);
        await sleep(ms);
        await redis.call("ACL", "SETUSER", "default", "+@all");
      }),
    fillMemory: (ms) =>
      ask(async (redis) => {
        await redis.config("SET", "maxmemory", "1mb");
        await sleep(ms);
        await redis.config("SET", "maxmemory", "0");
      }),
    fillDisk: (ms) =>
      ask(async (redis) => {
        // With "always" Redis ends itself at the first write that fails.
        await redis.config("SET", "appendfsync", "everysec");
        await disk!.fill();
        await sleep(ms);
        await disk!.empty();
        await until(redis, "persistence", /aof_last_write_status:ok/);
        await syncAlways(redis);
        // Redis 7.0 may leave a torn entry, over which it would not start again.
        await redis.bgrewriteaof();
        await until(redis, "persistence", rewritten);
      }),
    get term() {
      return term;
    },
    async keeps(since) {
      if (!copying) return since === term;
      return await ask(async (redis) => {
        // Waits for all that was written before this connection's last write.
        await redis.set("chaos:written", since);
        while (since === term) {
          if (await redis.wait(1, 100) > 0) return since === term;
        }
        return false;
      });
    },
    stop: () => server.stop(),
  };
}

async function newFolder(disk: Disk | null): Promise<string> {
  const dir = disk ? `${disk.path}/${crypto.randomUUID()}` : await newPath();
  await Deno.mkdir(dir);
  return dir;
}

/**
 * `everysec` may answer before it has written, for up to two seconds, while the disk is slow: a window
 * that is said and shown, but here an acknowledgement has to mean what it says.
 */
async function syncAlways(redis: Redis): Promise<void> {
  await redis.config("SET", "appendfsync", "always");
}

/** Resolves when it has everything, and in its own file as well. */
async function startReplica(
  master: TestServer,
  disk: Disk | null,
): Promise<TestServer> {
  await withRedis(
    master.url,
    (redis) => redis.config("SET", "repl-diskless-sync-delay", "0"),
  );
  const dir = await newFolder(disk);
  const { password } = new URL(master.url);
  await Deno.writeTextFile(`${dir}/password`, password);
  const replica = await testRedis({ dir, persist: true });
  await withRedis(replica.url, async (redis) => {
    await syncAlways(redis);
    await redis.config("SET", "masterauth", password);
    await redis.replicaof("127.0.0.1", master.port);
    await until(redis, "replication", /master_link_status:up/);
    await until(redis, "persistence", rewritten);
  });
  return replica;
}

async function until(redis: Redis, section: string, words: RegExp) {
  while (!words.test(await redis.info(section))) await sleep(20);
}
