import assert from "node:assert/strict";
import { kindNames } from "./kinds.ts";
import { mutants } from "./mutants.ts";
import { planFaults } from "./plan.ts";

const usual = { minutes: 3, faults: 50, broker: "redis" } as const;

Deno.test("a seed gives the same faults again, and another seed others", () => {
  const plan = planFaults({ ...usual, seed: 7 });
  assert.deepEqual(planFaults({ ...usual, seed: 7 }), plan);
  assert.notDeepEqual(planFaults({ ...usual, seed: 8 }), plan);
});

Deno.test("a usual run has every kind of fault, in order of time", () => {
  for (let seed = 0; seed < 20; seed++) {
    const plan = planFaults({ ...usual, seed });
    assert.equal(plan.length, 50);
    assert.deepEqual(
      new Set(plan.map(({ kind }) => kind)),
      new Set(kindNames),
    );
    const times = plan.map(({ at }) => at);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    assert.ok(times.at(-1)! <= 180_000);
  }
});

Deno.test("on Kafka nothing strikes that only Redis has", () => {
  const plan = planFaults({ ...usual, seed: 1, broker: "kafka" });
  assert.ok(!plan.some(({ kind }) => kind === "destroy group"));
});

Deno.test("kinds that are asked for strike as often as there are faults", () => {
  const kinds = ["suspend host"] as const;
  assert.equal(planFaults({ ...usual, seed: 1, kinds }).length, 50);
});

Deno.test("what a mutant replaces stands in its file, once", async () => {
  for (const { name, file, from } of mutants) {
    const text = await Deno.readTextFile(
      new URL(`../../${file}`, import.meta.url),
    );
    assert.equal(text.split(from).length, 2, `${name}: ${file}`);
  }
});
