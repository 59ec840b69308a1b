/** `deno task chaos`: kills things, and checks that nothing is lost. */
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { faultsOf, mutantNamed } from "./mutants.ts";
import { planFaults } from "./plan.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";

const started = performance.now();
const say = (line: string) => {
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`${seconds.padStart(4)} s  ${line}`);
};

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) return console.log(usage), 0;
  const given = readArguments(args);
  console.log(`seed ${given.seed}`);
  return given.mutant === undefined
    ? await chaos(given)
    : await mutant(given, given.mutant);
}

async function chaos(given: Arguments): Promise<number> {
  const figures = await run({
    ...given,
    faults: planFaults(given),
    trafficMs: given.minutes * 60_000,
    slowRounds: 2,
    settleMs: 240_000,
    say,
  });
  console.log(report(figures).join("\n"));
  const failed = figures.verdicts.filter(({ problems }) => problems.length);
  if (failed.length) console.log(`failing seed: --seed ${given.seed}`);
  console.log(
    `${
      figures.verdicts.length - failed.length
    } passed, ${failed.length} failed`,
  );
  return failed.length ? 1 : 0;
}

/** Passes if the defect is found. */
async function mutant(given: Arguments, name: string): Promise<number> {
  const { breaks, slowRounds, settleMs, ...change } = mutantNamed(name);
  const { verdicts } = await run({
    ...given,
    broker: "redis",
    faults: faultsOf(mutantNamed(name)),
    trafficMs: 4_000,
    slowRounds,
    settleMs,
    change,
    say,
  });
  const found = verdicts.find(({ invariant }) => invariant === breaks)!;
  const caught = found.problems.length > 0;
  console.log(
    `${name}: "${breaks}" is ${
      caught ? `red, as it has to be: ${found.problems[0]}` : "green: NOT FOUND"
    }`,
  );
  console.log(caught ? "1 passed, 0 failed" : "0 passed, 1 failed");
  return caught ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  Deno.exit(2);
}
