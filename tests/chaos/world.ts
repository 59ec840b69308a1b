/** Two hosts of the application on servers of their own. */
import { type Broker } from "../../broker/broker.ts";
import { connectBroker } from "../../broker/open.ts";
import { freePort } from "../../dev/server.ts";
import { type Proxy, startProxy } from "../support/proxy.ts";
import { runFolder } from "../support/run_folder.ts";
import { serverAccount } from "../../dev/folder.ts";
import { makeClock } from "./clock.ts";
import { type Database, startDatabase } from "./database.ts";
import { mountDisk } from "./disk.ts";
import { type Host, startHost } from "./host.ts";
import type { Change } from "./mutants.ts";
import { sleep } from "./processes.ts";
import { type RedisServer, startRedisServer } from "./redis_server.ts";
import { type Killable, startKillableKafka } from "./servers.ts";
import { makeTree } from "./tree.ts";

export interface World {
  readonly hosts: readonly [Host, Host];
  readonly database: Database;
  readonly redis: RedisServer;
  /** The same as `redis`, unless the broker is another. */
  readonly carrier: Killable;
  /** The ways from the hosts to PostgreSQL, to Redis, and to Kafka. */
  readonly network: readonly Proxy[];
  /** This process's own connection. */
  readonly broker: Broker;
  /** The folder with what the hosts have logged. */
  readonly logs: string;
  stop(): Promise<void>;
}

/** Quick, so that much happens in little time. actor/deeds.ts knows the claim threshold. */
const settings = {
  MARKET: "demo",
  WATCHLIST: "AAPL,MSFT",
  CLAIM_AFTER_MS: "2000",
  SWEEP_EVERY_MS: "500",
  HANG_AFTER_MS: "2000",
  // More than the 6 s after which a silent Redis is given up, and the way to a new connection.
  HANDLE_TIMEOUT_MS: "12000",
  // Rights are taken from the one login that everything has.
  ACTOR_ROLES: "off",
  DRAIN_MS: "3000",
  STREAM_MAX_LENGTH: "20000",
};

const readyWithinMs = 90_000;

export async function startWorld(
  options: { broker: "redis" | "kafka"; change?: Change },
): Promise<World> {
  const folder = `${await runFolder()}/${crypto.randomUUID()}`;
  await Deno.mkdir(folder);
  const disks = [
    await mountDisk("redis"),
    await mountDisk("postgres", await serverAccount()),
  ] as const;
  const [tree, redis, database] = await Promise.all([
    makeTree(`${folder}/tree`, options.change),
    startRedisServer(disks[0]),
    startDatabase(disks[1]),
  ]);
  const [toDatabase, toRedis] = [database.hostsUrl, redis.url].map(startProxy);
  const kafka = options.broker === "kafka" ? await startKillableKafka() : null;
  const network = [toDatabase!, toRedis!, ...kafka ? [kafka.way] : []];
  const carrier = kafka ?? redis;
  const start = async (replicas: number) => {
    const clock = await makeClock(`${folder}/clock-${replicas}`);
    const port = freePort();
    const logFile = `${folder}/host-${replicas}.log`;
    const env = {
      ...settings,
      ...clock.env,
      DATABASE_URL: toDatabase!.url,
      REDIS_URL: toRedis!.url,
      BROKER_URL: (kafka?.way ?? toRedis!).url,
      REPLICAS_CHAOS: String(replicas),
    };
    return await startHost({ tree, port, logFile, env, clock });
  };
  const hosts = [await start(1), await start(2)] as const;
  for (const host of hosts) await untilReady(host, folder);
  const broker = await connectBroker(carrier.url, { clientName: "chaos-test" });
  return {
    hosts,
    database,
    redis,
    carrier,
    network,
    broker,
    logs: folder,
    async stop() {
      await broker.close();
      await Promise.all(hosts.map((host) => host.stop()));
      await Promise.all(network.map((way) => way.close()));
      const servers = new Set([database, redis, carrier]);
      await Promise.all([...servers].map((server) => server.stop()));
      for (const disk of disks) await disk?.remove();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function untilReady({ api }: Host, folder: string): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  while (performance.now() < deadline) {
    const answer = await api.ask<{ ready: boolean }>("/readyz").catch(() =>
      null
    );
    if (answer?.ready) return;
    await sleep(100);
  }
  const log = await Deno.readTextFile(`${folder}/host-1.log`).catch(() => "");
  const words = log.split("\n").slice(-15).join("\n");
  throw new Error(
    `${api.url} is not ready after ${
      readyWithinMs / 1_000
    } s. The first host said:\n${words}`,
  );
}
