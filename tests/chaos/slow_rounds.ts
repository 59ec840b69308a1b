/**
 * A handler that takes three times the claim threshold while nothing dies: it has to run once. While it
 * runs, entries are stranded with consumers that do not exist, so that the others sweep.
 */
import postgres, { type Sql } from "postgres";
import type { Ledger } from "./ledger.ts";
import type { Publisher } from "./publisher.ts";
import { slowEvent } from "./deed_events.ts";
import { withRedis } from "./ground.ts";
import { sleep } from "./processes.ts";
import { strandEvent } from "./stream_faults.ts";
import type { World } from "./world.ts";

/** So late that the sweep for the first is over, and early enough for one more while the handler runs. */
const secondAfterMs = 2_800;
const withinMs = 60_000;

export async function runSlowRounds(
  world: World,
  publisher: Publisher,
  ledger: Ledger,
  rounds: number,
): Promise<void> {
  const sql = postgres(world.database.url, { max: 1 });
  try {
    for (let round = 0; round < rounds; round++) {
      const slow = slowEvent(round);
      await publisher.publish([slow]);
      await until(sql, "chaos_runs", slow.id);
      await strand(world, ledger, -1 - 2 * round);
      await sleep(secondAfterMs);
      await strand(world, ledger, -2 - 2 * round);
      await until(sql, "chaos_events", slow.id);
    }
  } finally {
    await sql.end();
  }
}

/** Their numbers are below those of the faults. */
async function strand(world: World, ledger: Ledger, number: number) {
  if (world.broker.name !== "redis") return;
  await withRedis(
    world.redis.url,
    (redis) => strandEvent(redis, ledger, number),
  );
}

async function until(sql: Sql, table: string, id: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const rows = await sql`select 1 from ${sql(table)} where id = ${id}`;
    if (rows.length) return;
    await sleep(50);
  }
}
