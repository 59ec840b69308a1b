import assert from "node:assert/strict";
import { check, type InvariantName } from "./check.ts";
import type { Facts, HostActor } from "./facts.ts";
import { lieOf } from "./health_watch.ts";
import type { KindName } from "./kinds.ts";
import { makeLedger } from "./ledger.ts";
import type { Recovery } from "./recoveries.ts";

const at = "2026-01-05T14:30:00.000Z";
const later = "2026-01-05T14:30:01.000Z";

const chaos: HostActor = {
  name: "chaos",
  state: "running",
  isolates: [{ consumer: "1.chaos.0", state: "running" }],
};

const slow = (kind: KindName, ownMs: number): Recovery => (
  { kind, ownMs, ms: 20_000, storedAt: new Date(at) }
);

/** Two innocents and one poison, all of whom came where they belong. */
const good: Facts = {
  stored: [
    { id: "a", symbol: "A", at, times: 1 },
    { id: "b", symbol: "A", at: later, times: 2 },
  ],
  letters: [
    {
      letter: "1",
      actor: "chaos",
      event: "p",
      reason: "permanent",
      error: "poison",
    },
  ],
  latest: new Map([["A", later]]),
  lag: 0,
  pending: 0,
  consumers: ["1.chaos.0"],
  actors: [[chaos], [chaos]],
  slowTwice: [],
  incidents: new Map(),
  recoveries: [slow("hang", 12_000)],
  lies: [],
};

function redOf(changes: Partial<Facts>): InvariantName[] {
  const ledger = makeLedger();
  for (const [id, time] of [["a", at], ["b", later]] as const) {
    ledger.note({ id, symbol: "A", at: time, dies: null }).acknowledged = true;
  }
  const poison = { id: "p", symbol: "A", at, dies: "permanent" } as const;
  ledger.note(poison).acknowledged = true;
  return check({ ...good, ...changes }, ledger.entries)
    .filter(({ problems }) => problems.length)
    .map(({ invariant }) => invariant as InvariantName);
}

const [b] = good.stored.slice(1);
const [letter] = good.letters;

Deno.test("a run in which everything came where it belongs is green", () => {
  assert.deepEqual(redOf({}), []);
});

const wrong: [name: string, changes: Partial<Facts>, red: InvariantName[]][] = [
  ["a lost event", { stored: [b!] }, [
    "every acknowledged event is stored or a dead letter",
    "every event that can be handled is stored",
  ]],
  ["a stored dead letter", {
    stored: [...good.stored, { id: "p", symbol: "A", at, times: 1 }],
  }, ["no event is both stored and a dead letter"]],
  ["a dead innocent", { letters: [letter!, { ...letter!, event: "a" }] }, [
    "no event is both stored and a dead letter",
    "nothing else is a dead letter",
  ]],
  ["a wrong reason", { letters: [{ ...letter!, reason: "decode" }] }, [
    "every poison event is a dead letter, with its reason, once",
  ]],
  ["an event that failed twice", { letters: [letter!, letter!] }, [
    "every poison event is a dead letter, with its reason, once",
  ]],
  ["two letters of one event", {
    letters: [letter!, { ...letter!, letter: "2" }],
  }, [
    "every poison event is a dead letter, with its reason, once",
    "an event has one dead letter, however often it failed",
  ]],
  ["an invented row", {
    stored: [...good.stored, { id: "x", symbol: "A", at, times: 1 }],
  }, ["nothing is stored that nobody published"]],
  ["an old latest value", { latest: new Map([["A", at]]) }, [
    "the latest value of each symbol is the newest stored",
  ]],
  ["a pending event", { pending: 1 }, ["nothing is unread or pending"]],
  ["a consumer that is left", { consumers: ["1.chaos.0", "9.chaos.0"] }, [
    "no dead consumer is left in the group",
  ]],
  [
    "an actor that failed",
    { actors: [[chaos, { ...chaos, state: "failed" }]] },
    [
      "every actor runs on every host",
    ],
  ],
  ["a slow recovery", {
    recoveries: [...good.recoveries, slow("exit", 15_100)],
  }, ["each kind of fault is over within 15 s"]],
  ["a host that lies", { lies: ['"ready"'] }, [
    "no host says that it is ready while an event waits for a minute",
  ]],
  ["slow work run twice", { slowTwice: ["a"] }, [
    "a slow handler is not run twice while it lives",
  ]],
];

for (const [name, changes, red] of wrong) {
  Deno.test(`${name} is found`, () => assert.deepEqual(redOf(changes), red));
}

Deno.test("to be ready while an event waits for more than a minute is a lie, unless a reason is told", () => {
  const ready = { state: "ready", reasons: [], warnings: [] } as const;
  const told = { ...ready, state: "degraded", warnings: ["it waits"] } as const;
  const silent = { ...told, warnings: [] };
  assert.equal(lieOf({ ...ready, reasons: [], warnings: [] }, 60_000), null);
  assert.match(
    lieOf({ ...ready, reasons: [], warnings: [] }, 70_000)!,
    /^"ready" while/,
  );
  assert.match(
    lieOf({ ...silent, reasons: [], warnings: [] }, 70_000)!,
    /no reason/,
  );
  assert.equal(
    lieOf({ ...told, reasons: [], warnings: ["it waits"] }, 70_000),
    null,
  );
});
