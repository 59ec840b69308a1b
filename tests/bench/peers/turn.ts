/** One turn of one who runs: everything is published, then the work is timed, then it is checked. */
import { fileURLToPath } from "node:url";
import { endWithThisProcess } from "../../support/run_folder.ts";
import { topic } from "../events.ts";
import type { OpenBroker, Servers } from "../servers.ts";
import { measureConsume, rateOf } from "../throughput.ts";
import { type Peer, sourceOf, stream } from "./peers.ts";
import { again, faultOf, type Outcome } from "./work.ts";

const script = fileURLToPath(new URL("latest.lua", import.meta.url));

/** Events a second; rejects with what is wrong with the outcome. */
export type Turn = () => Promise<number>;

/** Signalbox, as the benchmark has it: the actor in its isolate. */
export function ownTurn(
  servers: Servers,
  { broker, config }: OpenBroker,
  count: number,
): Turn {
  return async () => {
    await makeEqual(servers);
    await servers.clear();
    const rate = await measureConsume(config, broker, count, { again });
    const outcome = { table: topic, latest: `signalbox:latest:${topic}` };
    return await checked(rate, outcome, servers, count);
  };
}

/** @param events the file of them */
export function peerTurn(
  peer: Peer,
  folder: string,
  servers: Servers,
  events: string,
  count: number,
): Turn {
  const { sql, client, databaseUrl, redisUrl } = servers;
  const outcome = { table: `peer_${peer.name}`, latest: "peer:latest" };
  const env = {
    PEER_STREAM: stream,
    PEER_TABLE: outcome.table,
    PEER_LATEST: outcome.latest,
    PEER_SCRIPT: script,
    PEER_REDIS_URL: redisUrl,
    PEER_DATABASE_URL: databaseUrl,
  };
  const start = (task: string) => spawn(peer, folder, task, env);
  return async () => {
    await makeEqual(servers);
    await sql`drop table if exists ${sql(outcome.table)}`;
    await sql`create table ${sql(outcome.table)} (like quotes including all)`;
    const publisher = await start("publish");
    await publisher.send(events);
    const consumer = await start("consume");
    try {
      const left = () => consumer.unlessEnded(() => peer.left(client));
      const rate = await rateOf(left, count);
      return await checked(rate, outcome, servers, count);
    } catch (error) {
      await consumer.stop();
      throw await consumer.complaint((error as Error).message);
    } finally {
      await consumer.stop();
    }
  };
}

/** Nobody finds what another has left, nor has another's pages written in its turn. */
async function makeEqual({ sql, client }: Servers): Promise<void> {
  await client.flushall();
  await sql`checkpoint`;
}

/** The rate, if it counts. */
async function checked(
  rate: number,
  outcome: Outcome,
  servers: Servers,
  count: number,
): Promise<number> {
  const fault = await faultOf(outcome, servers, count);
  if (fault) throw new Error(fault);
  if (rate > 0) return rate;
  throw new Error(`${count} events are over too soon to be timed: --count`);
}

async function spawn(
  peer: Peer,
  folder: string,
  task: string,
  env: Record<string, string>,
) {
  const [program, ...args] = peer.command(sourceOf(peer), folder);
  const child = new Deno.Command(program!, {
    args: [...args, task],
    env,
    stdin: task === "publish" ? "piped" : "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  await endWithThisProcess(child.pid);
  let ended = false;
  const said = new Response(child.stderr).text();
  const status = child.status.finally(() => ended = true);
  const complaint = async (what = `its ${task} ended`) =>
    new Error([what, ...(await said).trim().split("\n").slice(-2)].join(" "));
  return {
    /** Resolves when it has read the file and ended. */
    async send(file: string): Promise<void> {
      const { readable } = await Deno.open(file);
      await readable.pipeTo(child.stdin).catch(() => {}); // its end tells more
      if (!(await status).success) throw await complaint();
    },
    async unlessEnded<T>(ask: () => Promise<T>): Promise<T> {
      if (ended) throw new Error(`its ${task} ended`);
      return await ask();
    },
    complaint,
    async stop(): Promise<void> {
      if (!ended) child.kill("SIGTERM");
      const giveUp = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await status;
      clearTimeout(giveUp);
    },
  };
}
