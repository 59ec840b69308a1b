/** The events that do harm, each by itself among the others. */
import type { Deed } from "./actor/deeds.ts";
import type { KindName } from "./kinds.ts";
import type { Fault } from "./plan.ts";
import type { ChaosEvent } from "./publisher.ts";

/** What is published for faults that an event brings about. */
const deedOf: Partial<Record<KindName, Deed>> = {
  "crash": "crash",
  "exit": "exit",
  "hang": "hang",
  "loop": "loop",
  "slow": "slow",
  "clock": "clock",
  "poison: throw": "throw",
  "poison: permanent": "permanent",
  "poison: crash": "crash",
  "poison: loop": "loop",
};

const deathOf = {
  throw: "retries-exhausted",
  permanent: "permanent",
  crash: "killed-its-isolate",
  loop: "killed-its-isolate",
} as const;

/** The event of a fault; undefined if it takes none. */
export function deedEvent(
  { kind, number, form }: Fault,
): ChaosEvent | undefined {
  const deed = deedOf[kind];
  if (!deed) return undefined;
  const poison = kind.startsWith("poison");
  return {
    ...event(`${kind}:${number}`, `DEED${number % 3}`, number),
    data: {
      n: form,
      deed,
      once: !poison,
      // Poison never gets as far as being stored.
      when: poison || form % 4 ? "before" : "after",
    },
    ...(poison ? { dies: deathOf[deed as keyof typeof deathOf] } : {}),
  };
}

/** An event by which to see that others are handled again. */
export function canary(number: number): ChaosEvent {
  return event(`canary:${number}`, "CANARY", number);
}

/** A slow event that is slow each time that it is handled. */
export function slowEvent(number: number): ChaosEvent {
  const slow = event(`slow round:${number}`, "SLOW", number);
  return { ...slow, data: { ...slow.data, deed: "slow" } };
}

export function event(id: string, symbol: string, n: number): ChaosEvent {
  const at = new Date(Date.UTC(2026, 0, 6) + n * 1_000).toISOString();
  return {
    id,
    symbol,
    at,
    data: { n, deed: "none", once: false, when: "before" },
  };
}
