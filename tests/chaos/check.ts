/** The invariants: what has to hold when everything is over, whatever died. */
import type { Facts } from "./facts.ts";
import type { Entry } from "./ledger.ts";

export interface Verdict {
  readonly invariant: string;
  /** What contradicts it; empty if it holds. */
  readonly problems: readonly string[];
}

/** At the 99th percentile, from the fault's end, and from when it could be known. */
const recoveryLimitMs = 15_000;

/** The value that so many per cent do not pass; of a few values it is the greatest. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * percent / 100) - 1]!;
}

type Entries = ReadonlyMap<string, Entry>;
type Invariant = (facts: Facts, entries: Entries) => string[];

export const invariants = {
  "every acknowledged event is stored or a dead letter": (facts, entries) => {
    const known = new Set([...storedIds(facts), ...lettersOf(facts).keys()]);
    return ids(entries, (entry) => entry.acknowledged && !known.has(entry.id));
  },
  "no event is both stored and a dead letter": (facts) => {
    const letters = lettersOf(facts);
    return [...storedIds(facts)].filter((id) => letters.has(id));
  },
  "every event that can be handled is stored": (facts, entries) => {
    const stored = storedIds(facts);
    return ids(
      entries,
      (entry) => entry.acknowledged && !entry.dies && !stored.has(entry.id),
    );
  },
  "every poison event is a dead letter, with its reason, once": (
    facts,
    entries,
  ) => {
    const letters = lettersOf(facts);
    return [...entries.values()].filter((entry) => entry.dies).flatMap(
      (entry) => poisonProblems(entry, letters.get(entry.id) ?? []),
    );
  },
  "an event has one dead letter, however often it failed": ({ letters }) => {
    const lettersOf = Map.groupBy(letters, ({ event }) => event);
    return [...lettersOf].filter(([, failures]) =>
      new Set(failures.map(({ letter }) => letter)).size > 1
    ).map(([event]) => event);
  },
  "nothing else is a dead letter": ({ letters }, entries) =>
    letters.filter(({ actor, event }) =>
      actor !== "chaos" || !entries.get(event)?.dies
    ).map(({ actor, event, reason, error }) =>
      `${actor}: ${event} (${reason}: ${error})`
    ),
  "nothing is stored that nobody published": ({ stored }, entries) =>
    stored.filter(({ id, symbol, at }) => {
      const entry = entries.get(id);
      return entry?.symbol !== symbol || entry.at !== at;
    }).map(({ id }) => id),
  "the latest value of each symbol is the newest stored": (
    { stored, latest },
  ) => {
    const newest = new Map<string, string>();
    for (const { symbol, at } of stored) {
      if (at > (newest.get(symbol) ?? "")) newest.set(symbol, at);
    }
    const symbols = new Set([...newest.keys(), ...latest.keys()]);
    return [...symbols].filter((symbol) =>
      newest.get(symbol) !== latest.get(symbol)
    ).map((symbol) =>
      `${symbol}: newest ${newest.get(symbol)}, latest ${latest.get(symbol)}`
    );
  },
  "nothing is unread or pending": ({ lag, pending }) =>
    lag === 0 && pending === 0 ? [] : [`lag ${lag}, pending ${pending}`],
  "no dead consumer is left in the group": ({ consumers, actors }) => {
    const live = new Set(
      actors.flat().filter(({ name }) => name === "chaos")
        .flatMap(({ isolates }) => isolates.map(({ consumer }) => consumer)),
    );
    return (consumers ?? []).filter((name) => !live.has(name));
  },
  "every actor runs on every host": ({ actors }) =>
    actors.flatMap((list, host) =>
      list.length === 0
        ? [`host ${host}: none`]
        : list.filter(({ state }) => state !== "running").map((
          { name, state },
        ) => `host ${host}: ${name} is ${state}`)
    ),
  "a slow handler is not run twice while it lives": ({ slowTwice }) => [
    ...slowTwice,
  ],
  "each kind of fault is over within 15 s": ({ recoveries }) =>
    [...Map.groupBy(recoveries, ({ kind }) => kind)].flatMap(([kind, some]) => {
      const p99 = percentile(some.map(({ ownMs }) => ownMs), 99);
      return p99 <= recoveryLimitMs
        ? []
        : [`${kind}: ${(p99 / 1_000).toFixed(1)} s at the 99th percentile`];
    }),
  "no host says that it is ready while an event waits for a minute": (
    { lies },
  ) => [...lies],
} as const satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof invariants;

export function check(facts: Facts, entries: Entries): Verdict[] {
  return Object.entries(invariants).map(([invariant, problems]) => ({
    invariant,
    problems: problems(facts, entries),
  }));
}

/** One for each time that it stands in the stream. */
function poisonProblems(
  { id, dies, acknowledged, repeated }: Entry,
  reasons: readonly string[],
): string[] {
  if (reasons.length === 0) {
    return acknowledged ? [`${id}: no dead letter`] : [];
  }
  const wrong = reasons.filter((reason) => reason !== dies);
  if (wrong.length) return [`${id}: ${wrong.join(", ")} instead of ${dies}`];
  return reasons.length > 1 && !repeated
    ? [`${id}: ${reasons.length} dead letters`]
    : [];
}

function ids(entries: Entries, problem: (entry: Entry) => boolean): string[] {
  return [...entries.values()].filter(problem).map(({ id }) => id);
}

function storedIds({ stored }: Facts): Set<string> {
  return new Set(stored.map(({ id }) => id));
}

/** Reasons by event. */
function lettersOf({ letters }: Facts): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { actor, event, reason } of letters) {
    if (actor !== "chaos") continue;
    reasons.set(event, [...reasons.get(event) ?? [], reason]);
  }
  return reasons;
}
