/** The kinds of faults: how often each strikes, and where it can. */

export interface Kind {
  /** How often, against the others. */
  readonly weight: number;
  /** In milliseconds, from and to: of what lasts, or of how long something stays away. */
  readonly lasts?: readonly [number, number];
  /** The most in three minutes: killers must not pass the restart intensity for long. */
  readonly most?: number;
  /** False where it is about Redis Streams. */
  readonly kafka?: false;
  /** True where a server needs a disk of its own, which only some accounts may mount. */
  readonly disk?: true;
  /** How long nobody can know of it, by the limits in world.ts, or how long its handler takes. */
  readonly limitMs?: number;
}

const of = <Name extends string>(kinds: Record<Name, Kind>) => kinds;

export const kinds = of({
  "kill host": { weight: 4, lasts: [200, 2_000] },
  "kill both hosts": { weight: 2, lasts: [200, 2_000] },
  /** Longer than the claim threshold. */
  "freeze host": { weight: 3, lasts: [2_500, 6_000] },
  /** Longer than the lease of its name. */
  "suspend host": { weight: 1, lasts: [16_000, 20_000], most: 1 },
  /** By an hour or more, and back. */
  "jump clock": { weight: 3, lasts: [2_000, 6_000] },
  "drain host": { weight: 2, lasts: [200, 2_000] },
  "crash": { weight: 6 },
  "exit": { weight: 4 },
  "hang": { weight: 3, limitMs: 12_000 },
  "loop": { weight: 3, limitMs: 2_000 },
  "slow": { weight: 4, limitMs: 6_000 },
  "clock": { weight: 3 },
  "poison: throw": { weight: 4 },
  "poison: permanent": { weight: 4 },
  "poison: crash": { weight: 2, most: 2 },
  /** Five isolates die of it. */
  "poison: loop": { weight: 1, most: 1, limitMs: 10_000 },
  "garbage": { weight: 4, kafka: false },
  "kill broker": { weight: 3, lasts: [200, 2_000] },
  "kill PostgreSQL": { weight: 3, lasts: [200, 2_000] },
  "slow PostgreSQL": { weight: 3, lasts: [1_000, 3_000] },
  "refuse PostgreSQL": { weight: 3, lasts: [1_000, 3_000] },
  /** A right is missing, or all is read-only. */
  "forbid PostgreSQL": { weight: 2, lasts: [1_000, 6_000] },
  "full disk of PostgreSQL": { weight: 2, lasts: [1_000, 6_000], disk: true },
  "promote replica": { weight: 3, most: 4, kafka: false },
  /** Scripts, writing, or reading. */
  "forbid Redis": { weight: 2, lasts: [1_000, 6_000] },
  "full memory of Redis": { weight: 2, lasts: [1_000, 6_000] },
  "full disk of Redis": { weight: 2, lasts: [1_000, 6_000], disk: true },
  "kill connection": { weight: 4, kafka: false },
  "destroy group": { weight: 3, most: 4, kafka: false },
  "strand": { weight: 3, kafka: false },
  "pause": { weight: 3, lasts: [500, 3_000] },
  "burst": { weight: 2, most: 4 },
  /** Each to PostgreSQL, to Redis, to Kafka, or to all of them. */
  "deaf network": { weight: 3, most: 4 },
  "cut network": { weight: 3 },
  "slow network": { weight: 3, lasts: [500, 3_000] },
  "stalled network": { weight: 2, lasts: [500, 4_000] },
});

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as KindName[];
