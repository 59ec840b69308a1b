/** One run: traffic, faults, the settling, the verdict. */
import { check } from "./check.ts";
import { gatherFacts } from "./facts.ts";
import { strike, type Target } from "./faults.ts";
import { watchHealth } from "./health_watch.ts";
import { makeLedger } from "./ledger.ts";
import type { Change } from "./mutants.ts";
import type { Fault } from "./plan.ts";
import { sleep } from "./processes.ts";
import { makePublisher } from "./publisher.ts";
import { watchRecoveries } from "./recoveries.ts";
import type { Figures } from "./report.ts";
import { settle } from "./settle.ts";
import { runSlowRounds } from "./slow_rounds.ts";
import { startTraffic } from "./traffic.ts";
import { startWorld, type World } from "./world.ts";

export interface RunOptions {
  readonly seed: number;
  readonly broker: "redis" | "kafka";
  readonly faults: readonly Fault[];
  /** How long there is traffic, at least. */
  readonly trafficMs: number;
  readonly slowRounds: number;
  readonly settleMs: number;
  /** A defect to put in. */
  readonly change?: Change;
  /** Keeps the hosts' logs there. */
  readonly logs?: string;
  readonly say: (line: string) => void;
}

export async function run(options: RunOptions): Promise<Figures> {
  const { broker, change, say } = options;
  const world = await startWorld({ broker, ...(change ? { change } : {}) });
  say("two hosts are up");
  try {
    return await strikeAndCheck(world, options);
  } finally {
    if (options.logs) await keepLogs(world, options.logs);
    await world.stop();
  }
}

async function strikeAndCheck(
  world: World,
  { seed, faults, trafficMs, slowRounds, settleMs, say }: RunOptions,
): Promise<Figures> {
  const ledger = makeLedger();
  const keeper = world.carrier === world.redis ? world.redis : null;
  const publisher = makePublisher(world.broker, ledger, keeper);
  const recoveries = watchRecoveries(world.database.url);
  const health = watchHealth(world.hosts, () => recoveries.oldestMs);
  const slowTwice = await runSlowRounds(world, publisher, ledger, slowRounds);
  if (slowRounds) say(`${slowRounds} rounds of a slow handler are over`);
  const traffic = startTraffic(publisher, seed);
  const target: Target = {
    hosts: world.hosts,
    broker: world.carrier,
    database: world.database,
    redis: world.redis,
    network: world.network,
    publisher,
    traffic,
    ledger,
    recoveries,
  };
  await Promise.all([sleep(trafficMs), strikeAll(target, faults, say)]);
  await traffic.stop();
  say("the faults are over: waiting until all is done");
  const start = performance.now();
  await settle(world, settleMs);
  say(`settled in ${Math.round((performance.now() - start) / 1_000)} s`);
  await Promise.all([recoveries.stop(), health.stop()]);
  const facts = await gatherFacts(world, {
    slowTwice,
    recoveries: recoveries.all,
    lies: health.lies,
  });
  return {
    faults,
    lost: publisher.lost,
    asked: health.asked,
    entries: ledger.entries,
    facts,
    verdicts: check(facts, ledger.entries),
    starts: world.hosts.reduce((sum, { starts }) => sum + starts, 0),
  };
}

/** Each at its time, whether or not the others are over; resolves when all are. */
async function strikeAll(
  target: Target,
  faults: readonly Fault[],
  say: (line: string) => void,
): Promise<void> {
  const start = performance.now();
  await Promise.all(faults.map(async (fault) => {
    await sleep(fault.at - (performance.now() - start));
    const { kind, number, host, lastsMs, at } = fault;
    const details = lastsMs ? ` (host ${host}, ${lastsMs} ms)` : "";
    say(`${Math.round(at / 1_000)} s  #${number} ${kind}${details}`);
    await strike(target, fault);
  }));
}

async function keepLogs({ logs }: World, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const name of ["host-1.log", "host-2.log"]) {
    await Deno.copyFile(`${logs}/${name}`, `${folder}/${name}`);
  }
}
