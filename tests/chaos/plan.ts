/** Which faults strike when: all of it follows from the seed. */
import { type Kind, type KindName, kindNames, kinds } from "./kinds.ts";
import { randomOf } from "./random.ts";

export interface Fault {
  /** From 0, in the order in which they strike. */
  readonly number: number;
  readonly kind: KindName;
  /** Milliseconds from the first event. */
  readonly at: number;
  readonly lastsMs: number;
  /** Which host it strikes, if it strikes one. */
  readonly host: 0 | 1;
  /** Which form it takes, where there are several: any whole number. */
  readonly form: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: number;
  readonly broker: "redis" | "kafka";
  /** Only these; all if there are none. */
  readonly kinds?: readonly KindName[];
  /** False where servers have no disk of their own; true unless told. */
  readonly disks?: boolean;
}

/** Each kind once, as far as there are faults, then more of each by its weight; at any time, overlapping. */
export function planFaults(options: PlanOptions): Fault[] {
  const random = randomOf(options.seed, "faults");
  const { broker, disks = true, kinds: only = [] } = options;
  const possible = (only.length ? only : kindNames).filter((name) => {
    const { kafka, disk } = kinds[name] as Kind;
    return (broker === "redis" || kafka !== false) && (disks || !disk);
  });
  const chosen = random.shuffle(possible).slice(0, options.faults);
  while (chosen.length < options.faults) {
    chosen.push(random.pick(lots(possible, chosen, options)));
  }
  const lengthMs = options.minutes * 60_000;
  const times = chosen.map(() => random.between(0, lengthMs)).sort((a, b) =>
    a - b
  );
  return random.shuffle(chosen).map((kind, number) => {
    const [least, most] = (kinds[kind] as Kind).lasts ?? [0, 0];
    return {
      number,
      kind,
      at: times[number]!,
      lastsMs: random.between(least, most),
      host: random.between(0, 1) as 0 | 1,
      form: random.between(0, 999_999),
    };
  });
}

/** Each kind that may strike once more, as often as its weight. */
function lots(
  possible: readonly KindName[],
  chosen: readonly KindName[],
  { minutes, kinds: only = [] }: PlanOptions,
): KindName[] {
  return possible.flatMap((name) => {
    const { weight, most = Infinity } = kinds[name] as Kind;
    const already = chosen.filter((other) => other === name).length;
    // Who asks for a kind gets it as often as there are faults.
    const open = only.length || already < Math.max(1, most * minutes / 3);
    return Array<KindName>(open ? weight : 0).fill(name);
  });
}
