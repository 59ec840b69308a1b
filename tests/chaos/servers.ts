/** The servers that the hosts share, each of which can be killed and comes back on its data. */
import postgres, { type Sql } from "postgres";
import type { Redis } from "ioredis";
import { isUnavailable } from "../../db/client.ts";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { startKafka } from "../kafka/server.ts";
import { runFolder } from "../support/run_folder.ts";
import {
  testPostgres,
  testRedis,
  type TestServer,
} from "../support/servers.ts";
import { childrenOf, forget, freeze, signal, sleep } from "./processes.ts";

/** A server that is killed as a crash would end it, and started again after `awayMs`. */
export interface Killable {
  readonly url: string;
  kill(awayMs: number): Promise<void>;
  stop(): Promise<void>;
}

export interface Database extends Killable {
  /** Stops its sessions in the middle of what they do, for so long. */
  freeze(ms: number): Promise<void>;
  /** Ends all sessions and takes no new ones, for so long. */
  refuse(ms: number): Promise<void>;
}

export async function startKillableRedis(): Promise<Killable> {
  let server = await testRedis({ persist: true });
  await alwaysSync(server.url);
  return {
    url: server.url,
    kill: inTurn(async (awayMs) => {
      server = await revive(server, testRedis, awayMs);
      await alwaysSync(server.url);
    }),
    stop: () => server.stop(),
  };
}

/**
 * `everysec` may answer before it has written, for up to two seconds, while the disk is slow: a window
 * that is said and shown, but here an acknowledgement has to mean what it says.
 */
async function alwaysSync(url: string): Promise<void> {
  await withRedis(url, (redis) => redis.config("SET", "appendfsync", "always"));
}

export async function startKillableKafka(): Promise<Killable> {
  // In the folder that is removed whatever ends this process.
  const dir = `${await runFolder()}/kafka`;
  await Deno.mkdir(dir);
  const server = await startKafka({ dir });
  return {
    url: server.url,
    kill: inTurn(async (awayMs) => {
      await server.kill();
      await sleep(awayMs);
      await server.restart();
    }),
    stop: () => server.stop(),
  };
}

const name = "chaos";

/** With a database of its own, so that it can be closed while another one stays open. */
export async function startDatabase(): Promise<Database> {
  let server = await testPostgres({ persist: true });
  const maintenance = server.url;
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  await administer(maintenance, (sql) => sql.unsafe(`create database ${name}`));
  return {
    url: url.href,
    kill: inTurn(async (awayMs) => {
      server = await revive(server, testPostgres, awayMs);
    }),
    freeze: async (ms) => freeze(await childrenOf(server.pid), ms),
    refuse: inTurn(async (ms) => {
      await allow(maintenance, false);
      await sleep(ms);
      await allow(maintenance, true);
    }),
    stop: () => server.stop(),
  };
}

async function allow(maintenance: string, allowed: boolean): Promise<void> {
  await administer(maintenance, async (sql) => {
    await sql.unsafe(`alter database ${name} allow_connections ${allowed}`);
    if (allowed) return;
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${name}`;
  });
}

/** Whatever is done by hand waits for a server that is away. */
async function administer(
  url: string,
  work: (sql: Sql) => Promise<unknown>,
): Promise<void> {
  while (true) {
    const sql = postgres(url, {
      max: 1,
      onnotice: () => {},
      connect_timeout: 5,
    });
    try {
      return void await work(sql);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await sleep(100);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}

export async function withRedis<T>(
  url: string,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = connectRedis(url, { name: "chaos-test" });
  try {
    return await work(redis);
  } finally {
    await disconnectRedis(redis);
  }
}

async function revive(
  { pid, port, dir, stop }: TestServer,
  start: typeof testRedis,
  awayMs: number,
): Promise<TestServer> {
  const children = await childrenOf(pid);
  for (const each of [pid, ...children]) signal(each, "SIGKILL");
  await stop();
  await forget(pid);
  await sleep(awayMs);
  return await start({ dir, port, persist: true });
}

/** One at a time: a server that is away cannot be killed. */
function inTurn(work: (ms: number) => Promise<void>) {
  let turn = Promise.resolve();
  return (ms: number): Promise<void> => turn = turn.then(() => work(ms));
}
