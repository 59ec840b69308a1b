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
}

const of = <Name extends string>(kinds: Record<Name, Kind>) => kinds;

export const kinds = of({
  "kill host": { weight: 4, lasts: [200, 2_000] },
  "kill both hosts": { weight: 2, lasts: [200, 2_000] },
  /** Longer than the claim threshold. */
  "freeze host": { weight: 3, lasts: [2_500, 6_000] },
  "drain host": { weight: 2, lasts: [200, 2_000] },
  "crash": { weight: 6 },
  "exit": { weight: 4 },
  "hang": { weight: 3 },
  "loop": { weight: 3 },
  "slow": { weight: 4 },
  "clock": { weight: 3 },
  "poison: throw": { weight: 4 },
  "poison: permanent": { weight: 4 },
  "poison: crash": { weight: 2, most: 2 },
  "poison: loop": { weight: 1, most: 1 },
  "garbage": { weight: 4, kafka: false },
  "kill broker": { weight: 3, lasts: [200, 2_000] },
  "kill PostgreSQL": { weight: 3, lasts: [200, 2_000] },
  "slow PostgreSQL": { weight: 3, lasts: [1_000, 3_000] },
  "refuse PostgreSQL": { weight: 3, lasts: [1_000, 3_000] },
  "kill connection": { weight: 4, kafka: false },
  "destroy group": { weight: 3, most: 4, kafka: false },
  "strand": { weight: 3, kafka: false },
  "pause": { weight: 3, lasts: [500, 3_000] },
  "burst": { weight: 2, most: 4 },
  /** Each to PostgreSQL, to Redis, or to both. */
  "deaf network": { weight: 3, most: 4 },
  "cut network": { weight: 3 },
  "slow network": { weight: 3, lasts: [500, 3_000] },
  "stalled network": { weight: 2, lasts: [500, 4_000] },
});

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as KindName[];
