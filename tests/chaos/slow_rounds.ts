/**
 * A handler that takes three times the claim threshold while nothing dies: it has to run once. While it
 * runs, the other host takes over what is stranded with a consumer that does not exist.
 */
import postgres, { type Sql } from "postgres";
import { redisNames } from "../../db/redis_names.ts";
import { slowEvent } from "./deed_events.ts";
import { actorsOf, groupOf } from "./facts.ts";
import { withRedis } from "./servers.ts";
import type { Ledger } from "./ledger.ts";
import { sleep } from "./processes.ts";
import type { Publisher } from "./publisher.ts";
import { strandEvent } from "./stream_faults.ts";
import type { World } from "./world.ts";

/** More than the claim threshold, and twice that while the handler runs. */
const sweepAfterMs = 2_300;
const withinMs = 60_000;
const joiningMs = 10_000;

/** Resolves to the slow events that were run more than once. */
export async function runSlowRounds(
  world: World,
  publisher: Publisher,
  ledger: Ledger,
  rounds: number,
): Promise<string[]> {
  const sql = postgres(world.database.url, { max: 1 });
  try {
    // Who joins a group of Kafka takes over what others have in hand, though they live.
    if (world.broker.name !== "redis") await sleep(joiningMs);
    for (let round = 0; round < rounds; round++) {
      const slow = slowEvent(round);
      await publisher.publish([slow]);
      await until(() => isThere(sql, "chaos_runs", slow.id));
      if (world.broker.name === "redis") {
        // Their numbers are below those of the faults.
        await makeOthersSweep(world, ledger, -1 - 2 * round);
        await makeOthersSweep(world, ledger, -2 - 2 * round);
      }
      await until(() => isThere(sql, "chaos_events", slow.id));
      await until(() => isAcknowledged(world));
    }
    const twice = await sql<{ id: string }[]>`
      select id from chaos_runs group by id having count(*) > 1`;
    return twice.map(({ id }) => id);
  } finally {
    await sql.end();
  }
}

/** The consumer that is to be swept passes for alive until the host that is not busy is told to sweep. */
async function makeOthersSweep(world: World, ledger: Ledger, number: number) {
  const names = redisNames();
  const alive = names.alive(names.group("chaos"), `nobody.${number}`);
  const idle = await idleHost(world);
  await withRedis(world.redis.url, async (redis) => {
    await redis.set(alive, "1", "PX", withinMs);
    await strandEvent(redis, ledger, number);
    await sleep(sweepAfterMs);
    await redis.del(alive);
  });
  await idle.api.post("/api/streams/chaos/claim");
}

/** The host that does not hold the oldest pending entry. */
async function idleHost({ broker, hosts }: World) {
  const [held] = await broker.pending("chaos", "chaos", 1);
  for (const host of hosts) {
    const isolates = (await actorsOf(host)).flatMap(({ isolates }) => isolates);
    const holds = isolates.some(({ consumer }) => consumer === held?.consumer);
    if (!holds) return host;
  }
  return hosts[0];
}

/** No fault to come brings back what is not its own. */
async function isAcknowledged(world: World): Promise<boolean> {
  const { lag, pending } = await groupOf(world);
  return lag === 0 && pending === 0;
}

async function isThere(sql: Sql, table: string, id: string): Promise<boolean> {
  const rows = await sql`select 1 from ${sql(table)} where id = ${id}`;
  return rows.length > 0;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    if (await done()) return;
    await sleep(50);
  }
}
