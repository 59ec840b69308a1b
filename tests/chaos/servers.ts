/** What the servers under test have in common: each is struck in turn, and comes back on its data. */
import type { Redis } from "ioredis";
import { connectRedis, disconnectRedis } from "../../db/redis.ts";
import { startKafkaBehindProxy } from "../kafka/behind_proxy.ts";
import type { Proxy } from "../support/proxy.ts";
import { runFolder } from "../support/run_folder.ts";
import type { testRedis, TestServer } from "../support/servers.ts";
import { childrenOf, forget, signal, sleep } from "./processes.ts";

/** A server that is killed as a crash would end it, and started again after `awayMs`. */
export interface Killable {
  readonly url: string;
  /** Faults of one server strike one after the other: one that is away cannot be struck. */
  readonly inTurn: Turns;
  kill(awayMs: number): Promise<void>;
  stop(): Promise<void>;
}

export type Turns = (work: () => Promise<void>) => Promise<void>;

/** One at a time. */
export function createTurns(): Turns {
  let turn = Promise.resolve();
  return (work) => turn = turn.then(work);
}

/** `way` is that of the hosts. */
export async function startKillableKafka(): Promise<Killable & { way: Proxy }> {
  // In the folder that is removed whatever ends this process.
  const dir = `${await runFolder()}/kafka`;
  await Deno.mkdir(dir);
  const { server, way, directUrl } = await startKafkaBehindProxy({ dir });
  return {
    url: directUrl,
    way,
    inTurn: createTurns(),
    async kill(awayMs) {
      await server.kill();
      await sleep(awayMs);
      await server.restart();
    },
    stop: () => server.stop(),
  };
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

export async function revive(
  server: TestServer,
  start: typeof testRedis,
  awayMs: number,
): Promise<TestServer> {
  await crash(server);
  await sleep(awayMs);
  const { port, dir } = server;
  return await start({ dir, port, persist: true });
}

/** Resolves when it is gone, with all its processes. */
export async function crash({ pid, stop }: TestServer): Promise<void> {
  const children = await childrenOf(pid);
  for (const each of [pid, ...children]) signal(each, "SIGKILL");
  await stop();
  await forget(pid);
}
