/** Defects that the checker has to find: a checker that cannot fail proves nothing. */
import type { InvariantName } from "./check.ts";
import type { KindName } from "./kinds.ts";
import type { Fault } from "./plan.ts";

/** What is replaced in one file; it has to be there exactly once. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutant extends Change {
  readonly name: string;
  /** What has to go red. */
  readonly breaks: InvariantName;
  /** The faults that bring it to light, with when they strike. */
  readonly faults: readonly (readonly [ms: number, kind: KindName])[];
  readonly slowRounds: number;
  /** How long to wait for the end of what this defect may keep from ending. */
  readonly settleMs: number;
}

export const mutants: readonly Mutant[] = [
  {
    name: "acknowledge-first",
    file: "broker/redis/dispatcher.ts",
    from: "await this.handler(batch.deliveries, hand.abort.signal);",
    to: "this.#acknowledge(batch);\n" +
      "await this.handler(batch.deliveries, hand.abort.signal);",
    breaks: "every acknowledged event is stored or a dead letter",
    faults: [[1_000, "crash"], [2_500, "crash"], [4_000, "kill host"], [
      6_000,
      "exit",
    ]],
    slowRounds: 0,
    settleMs: 30_000,
  },
  {
    name: "no-renewal",
    file: "broker/redis/lease.ts",
    from: "redis.call('XCLAIM', stream, group, me, 0, unpack(claim))",
    // As if all had been renewed.
    to: "claim",
    breaks: "a slow handler is not run twice while it lives",
    faults: [],
    slowRounds: 2,
    settleMs: 30_000,
  },
  {
    name: "overwrite-latest",
    file: "db/latest.ts",
    from: "elseif not knownAt or knownAt < at or " +
      "(knownAt == at and knownTold < told) then",
    to: "else",
    breaks: "the latest value of each symbol is the newest stored",
    faults: [[2_000, "burst"]],
    slowRounds: 0,
    settleMs: 30_000,
  },
  {
    name: "forget-attempts",
    file: "db/attempts.ts",
    from: "set attempts = attempts.attempts + 1,",
    to: "set attempts = attempts.attempts,",
    breaks: "every poison event is a dead letter, with its reason, once",
    faults: [[1_000, "poison: crash"]],
    slowRounds: 0,
    settleMs: 40_000,
  },
];

/** @throws {TypeError} if there is none of a name */
export function mutantsNamed(names: readonly string[]): readonly Mutant[] {
  if (names.includes("all")) return mutants;
  return names.map((name) => {
    const found = mutants.find((mutant) => mutant.name === name);
    if (found) return found;
    const known = mutants.map(({ name }) => name).join(", ");
    throw new TypeError(`--mutant ${name}: all, or one of ${known}`);
  });
}

/** Its faults as a plan. */
export function faultsOf({ faults }: Mutant): Fault[] {
  return faults.map(([at, kind], number) => ({
    number,
    kind,
    at,
    lastsMs: 500,
    host: 0,
    // Deeds are done before the batch is committed.
    form: 1,
  }));
}
