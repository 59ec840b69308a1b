/** The command line of `deno task chaos`. */
import { parseArgs } from "node:util";
import { type KindName, kindNames } from "./kinds.ts";

export interface Arguments {
  readonly minutes: number;
  readonly seed: number;
  /** Faults to strike in that time. */
  readonly faults: number;
  readonly broker: "redis" | "kafka";
  /** Only these kinds of faults; all unless given. */
  readonly kinds: readonly KindName[];
  /** The mutants to run instead of the project as it is. */
  readonly mutants: readonly string[];
  /** A folder that keeps what the hosts logged. */
  readonly logs?: string;
  /** A file for the table of the times to recover, as Markdown. */
  readonly table?: string;
}

export const usage =
  `deno task chaos: kills things, and checks that nothing is lost.

  --minutes N       how long faults strike (3)
  --faults N        how many (50, or 10 for each minute if that is more)
  --seed N          the same faults and events again; a random one unless given
  --broker NAME     redis or kafka (redis)
  --kind NAME       only this kind of fault; may be given several times
  --mutant NAME     with a defect put in, which has to be found; see mutants.ts.
                    May be given several times; "all" are all of them
  --logs FOLDER     keep what the hosts log
  --table FILE      write the times to recover as Markdown`;

/** @throws {TypeError} that names the bad option */
export function readArguments(args: readonly string[]): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      minutes: text,
      seed: text,
      faults: text,
      broker: text,
      mutant: { ...text, multiple: true },
      kind: { ...text, multiple: true },
      logs: text,
      table: text,
    },
  });
  const { broker = "redis", mutant: mutants = [], logs, table } = values;
  if (broker !== "redis" && broker !== "kafka") {
    throw new TypeError(`--broker ${broker}: redis or kafka`);
  }
  const minutes = number("minutes", values.minutes, 3);
  return {
    minutes,
    seed: number("seed", values.seed, newSeed()),
    faults: number("faults", values.faults, Math.max(50, 10 * minutes)),
    broker,
    kinds: (values.kind ?? []).map(kind),
    mutants,
    ...(logs === undefined ? {} : { logs }),
    ...(table === undefined ? {} : { table }),
  };
}

function kind(name: string): KindName {
  const found = kindNames.find((known) => known === name);
  if (found) return found;
  throw new TypeError(`--kind ${name}: one of ${kindNames.join(", ")}`);
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function number(name: string, text: string | undefined, otherwise: number) {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!text.trim() || !(value >= 0)) {
    throw new TypeError(`--${name} ${text}: a number from 0`);
  }
  return value;
}
