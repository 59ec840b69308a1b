/** `deno task chaos`: kills things, and checks that nothing is lost. */
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { faultsOf, type Mutant, mutantsNamed } from "./mutants.ts";
import { planFaults } from "./plan.ts";
import { percentile } from "./check.ts";
import { canMount } from "./disk.ts";
import { markdown, report } from "./report.ts";
import { run } from "./run.ts";

const started = performance.now();
const say = (line: string) => {
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`${seconds.padStart(4)} s  ${line}`);
};

/** Of one minute each: how busy the machine was, with whatever else it did. */
const loads: number[] = [];

async function main(args: readonly string[]): Promise<boolean> {
  const given = readArguments(args);
  console.log(`seed ${given.seed}`);
  return given.mutants.length
    ? await runMutants(given, mutantsNamed(given.mutants))
    : await chaos(given);
}

/** True if everything held. */
async function chaos(given: Arguments): Promise<boolean> {
  const disks = await canMount();
  if (!disks) console.log("no full disks: this account may not mount any");
  const noting = setInterval(() => loads.push(Deno.loadavg()[0]!), 5_000);
  const figures = await run({
    ...given,
    faults: planFaults({ ...given, disks }),
    trafficMs: given.minutes * 60_000,
    slowRounds: 2,
    settleMs: 240_000,
    say,
  });
  clearInterval(noting);
  console.log(head(given));
  console.log(report(figures).join("\n"));
  if (given.table) {
    await Deno.writeTextFile(given.table, head(given) + markdown(figures));
  }
  const { verdicts } = figures;
  const failed = verdicts.filter(({ problems }) => problems.length).length;
  if (failed) console.log(`the same again: --seed ${given.seed}`);
  console.log(`${verdicts.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

function head({ broker, minutes, faults, seed }: Arguments): string {
  const load = `load ${percentile(loads, 50).toFixed(1)} at the median, ` +
    `${percentile(loads, 100).toFixed(1)} at most`;
  const gigabytes = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${broker}, ${minutes} minutes, ${faults} faults, seed ${seed}; ` +
    `${navigator.hardwareConcurrency} cores, ${gigabytes} GB, ` +
    `${load}, Deno ${Deno.version.deno}\n\n`;
}

/** True if every defect was found. */
async function runMutants(
  given: Arguments,
  mutants: readonly Mutant[],
): Promise<boolean> {
  let caught = 0;
  for (const mutant of mutants) {
    const found = await isFound(given, mutant);
    if (found) caught++;
  }
  console.log(`${caught} passed, ${mutants.length - caught} failed`);
  return caught === mutants.length;
}

async function isFound(given: Arguments, mutant: Mutant): Promise<boolean> {
  const { name, breaks, slowRounds, settleMs } = mutant;
  const { verdicts } = await run({
    ...given,
    broker: "redis",
    faults: faultsOf(mutant),
    trafficMs: 4_000,
    slowRounds,
    settleMs,
    change: mutant,
    say: (line) => say(`${name}: ${line}`),
  });
  const { problems } = verdicts.find(({ invariant }) => invariant === breaks)!;
  const result = problems.length
    ? `red, as it has to be (${problems[0]})`
    : "green: the defect was NOT FOUND";
  say(`${name}: "${breaks}" is ${result}`);
  return problems.length > 0;
}

if (Deno.args.includes("--help")) {
  console.log(usage);
  Deno.exit();
}
try {
  Deno.exit(await main(Deno.args) ? 0 : 1);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  Deno.exit(2);
}
